// Package brittle is a store for tests that fails when it is told to. With it a test shows
// that a keeper swallows no failure of its store: make a Store around a real one, let a step
// go well once and take Count, then let each operation of it fail in turn by FailAt.
package brittle

import (
	"context"
	"errors"

	corestore "cosmossdk.io/core/store"
)

// ErrStore is what the operation that is to fail returns.
var ErrStore = errors.New("store failed")

// Store is a store of which the operation number FailAt fails, and no other; none if FailAt
// is 0. Steps of an iterator are no operations.
type Store struct {
	corestore.KVStoreService

	// FailAt is the operation that fails, from 1. Count is how many there were.
	FailAt, Count int
}

// OpenKVStore implements corestore.KVStoreService.
func (s *Store) OpenKVStore(ctx context.Context) corestore.KVStore {
	return store{s.KVStoreService.OpenKVStore(ctx), s}
}

// Try runs a step once on a sound store, and then once for each of its operations with that
// one failing; failed is told of each, with what the step returned.
func (s *Store) Try(step func() error, failed func(operation, of int, err error)) error {
	s.Count, s.FailAt = 0, 0
	if err := step(); err != nil {
		return err
	}
	all := s.Count
	for n := 1; n <= all; n++ {
		s.Count, s.FailAt = 0, n
		err := step()
		s.FailAt = 0
		failed(n, all, err)
	}
	return nil
}

// step counts an operation.
func (s *Store) step() error {
	s.Count++
	if s.Count == s.FailAt {
		return ErrStore
	}
	return nil
}

type store struct {
	corestore.KVStore

	of *Store
}

// Get implements corestore.KVStore.
func (s store) Get(key []byte) ([]byte, error) {
	if err := s.of.step(); err != nil {
		return nil, err
	}
	return s.KVStore.Get(key)
}

// Has implements corestore.KVStore.
func (s store) Has(key []byte) (bool, error) {
	if err := s.of.step(); err != nil {
		return false, err
	}
	return s.KVStore.Has(key)
}

// Set implements corestore.KVStore.
func (s store) Set(key, value []byte) error {
	if err := s.of.step(); err != nil {
		return err
	}
	return s.KVStore.Set(key, value)
}

// Delete implements corestore.KVStore.
func (s store) Delete(key []byte) error {
	if err := s.of.step(); err != nil {
		return err
	}
	return s.KVStore.Delete(key)
}

// Iterator implements corestore.KVStore.
func (s store) Iterator(start, end []byte) (corestore.Iterator, error) {
	if err := s.of.step(); err != nil {
		return nil, err
	}
	return s.KVStore.Iterator(start, end)
}

// ReverseIterator implements corestore.KVStore.
func (s store) ReverseIterator(start, end []byte) (corestore.Iterator, error) {
	if err := s.of.step(); err != nil {
		return nil, err
	}
	return s.KVStore.ReverseIterator(start, end)
}
