package dataset

import (
	"context"

	"github.com/cosmos/cosmos-sdk/types/query"
)

const (
	// MaxPage is the largest page that a query of Volens' modules answers with.
	MaxPage = 200
	// MaxScan is how many entries a query that filters looks at before it answers with what
	// it has found and where to go on.
	MaxScan = 2_000
)

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

// Filter answers with a page of those entries of a collection that fit. Where few fit, a page
// may have fewer than its limit, or none, and a key to go on with: after MaxScan entries it
// ends with the next MaxPage at most. A page by offset, which counts the entries that fit,
// has no such bound; a node's query-gas-limit bounds it.
func Filter[K, V any, C query.Collection[K, V], T any](
	ctx context.Context,
	from C,
	request *query.PageRequest,
	fits func(K, V) (bool, error),
	read func(K, V) (T, error),
	options ...func(*query.CollectionsPaginateOptions[K]),
) ([]T, *query.PageResponse, error) {
	page := Page(request)
	if page.Offset > 0 {
		return query.CollectionFilteredPaginate(ctx, from, page, fits, read, options...)
	}
	looked := 0
	// Beyond MaxScan every entry takes a place of the page, so that the page fills.
	places, next, err := query.CollectionFilteredPaginate(ctx, from, page,
		func(key K, value V) (bool, error) {
			looked++
			if looked > MaxScan {
				return true, nil
			}
			return fits(key, value)
		},
		func(key K, value V) (*T, error) {
			if looked > MaxScan {
				if fit, err := fits(key, value); err != nil || !fit {
					return nil, err
				}
			}
			entry, err := read(key, value)
			return &entry, err
		}, options...)
	var out []T
	for _, entry := range places {
		if entry != nil {
			out = append(out, *entry)
		}
	}
	return out, next, err
}
