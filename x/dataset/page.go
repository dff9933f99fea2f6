package dataset

import "github.com/cosmos/cosmos-sdk/types/query"

// MaxPage is the largest page that a query of Volens' modules answers with.
const MaxPage = 200

// Page bounds what a caller asks for: at most MaxPage entries, 100 if no limit
// is given, and no total, which would cost a walk over the whole state.
func Page(request *query.PageRequest) *query.PageRequest {
	out := query.PageRequest{Limit: query.DefaultLimit}
	if request != nil {
		out = *request
		out.CountTotal = false
	}
	if out.Limit == 0 {
		out.Limit = query.DefaultLimit
	}
	out.Limit = min(out.Limit, MaxPage)
	return &out
}
