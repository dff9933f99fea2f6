package client

import (
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/volens-network/volens/client/fault"
)

const (
	// pageSize is how many entries are asked for at a time: as many as a node gives.
	pageSize = 200
	// maxPages ends a listing that a node would go on with for ever.
	maxPages = 10_000
)

// Window says which part of a long listing is wanted: Limit entries, and of these the
// Page-th lot, counted from 1. The zero value is everything.
type Window struct {
	Limit, Page uint32
}

// pages asks for one page after another, until there are no more or the window is full.
// ask returns how many entries came.
func pages(w Window, ask func(page *query.PageRequest) (int, *query.PageResponse, error)) error {
	left := uint64(w.Limit)
	page := &query.PageRequest{Limit: pageSize}
	if w.Limit > 0 {
		page.Limit = min(left, pageSize)
		page.Offset = uint64(max(w.Page, 1)-1) * uint64(w.Limit)
	} else if w.Page > 1 {
		return usage("page %d: name a limit as well", w.Page)
	}
	for range maxPages {
		got, answer, err := ask(page)
		if err != nil || answer == nil || len(answer.NextKey) == 0 {
			return err
		}
		page = &query.PageRequest{Key: answer.NextKey, Limit: pageSize}
		if w.Limit == 0 {
			continue
		}
		if left -= min(left, uint64(got)); left == 0 { //nolint:gosec // a number of entries
			return nil
		}
		page.Limit = min(left, pageSize)
	}
	return fault.E(fault.Internal, "the node goes on with a listing after %d pages", maxPages)
}
