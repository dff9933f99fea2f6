package duo

import (
	"errors"
	"fmt"
	"slices"

	"github.com/volens-network/volens/core/merkle"
	"github.com/volens-network/volens/core/transcript"
)

// ErrAncestry is returned for an edge that is not in the codebook.
var ErrAncestry = errors.New("edge is not in the codebook")

// EdgeProof shows that a codebook has the edge from child to parent: the edge is
// the leaf number Index, and Path is its inclusion proof (RFC 6962, 2.1.1).
type EdgeProof struct {
	Child  string   `json:"child"`
	Parent string   `json:"parent"`
	Index  uint64   `json:"index"`
	Path   [][]byte `json:"path"` // hashes of 32 bytes, from the leaf up
}

// EdgeLeaf returns the leaf data of an edge of a codebook. A codebook is the list
// of its edges in ascending order of (child, parent), each once; its root is the
// Merkle tree hash over their leaves.
func EdgeLeaf(child, parent string) []byte {
	return transcript.New("codebook-edge").String(child).String(parent).Encode()
}

// Verify checks the proof against a codebook.
func (e EdgeProof) Verify(book Codebook) error {
	root, err := merkle.FromBytes(book.Root)
	if err != nil {
		return fmt.Errorf("codebook root: %w", err)
	}
	path := make([]merkle.Hash, len(e.Path))
	for i, raw := range e.Path {
		if path[i], err = merkle.FromBytes(raw); err != nil {
			return fmt.Errorf("edge proof: %w", err)
		}
	}
	leaf := merkle.Leaf(EdgeLeaf(e.Child, e.Parent))
	if err := merkle.VerifyInclusion(root, leaf, e.Index, book.Size, path); err != nil {
		return fmt.Errorf("%w: %w", ErrAncestry, err)
	}
	return nil
}

// validate records what the edge lacks to be verified at all.
func (e EdgeProof) validate(f *fields, path string) {
	f.need(validDisease(e.Child), path+".child")
	f.need(validDisease(e.Parent), path+".parent")
	f.need(len(e.Path) <= 64, path+".path")
}

// ancestors are the verified parents of each disease that a use carries.
type ancestors map[string][]string

// verifyAncestry verifies every edge; one bad edge refuses them all.
func verifyAncestry(edges []EdgeProof, book Codebook) (ancestors, error) {
	parents := ancestors{}
	for _, e := range edges {
		if err := e.Verify(book); err != nil {
			return nil, err
		}
		parents[e.Child] = append(parents[e.Child], e.Parent)
	}
	return parents, nil
}

// reach reports whether the disease or one of its ancestors is allowed.
func (a ancestors) reach(disease string, allowed map[string]bool) bool {
	seen := map[string]bool{disease: true}
	for queue := []string{disease}; len(queue) > 0; queue = queue[1:] {
		if allowed[queue[0]] {
			return true
		}
		for _, parent := range a[queue[0]] {
			if !seen[parent] {
				seen[parent] = true
				queue = append(queue, parent)
			}
		}
	}
	return false
}

// cover reports whether there are diseases and each reaches one of the allowed.
func (a ancestors) cover(diseases, allowed []string) bool {
	list := map[string]bool{}
	for _, disease := range allowed {
		list[disease] = true
	}
	outside := func(disease string) bool { return !a.reach(disease, list) }
	return len(diseases) > 0 && !slices.ContainsFunc(diseases, outside)
}
