package blobstore

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/volens-network/volens/core/drs"
	"github.com/volens-network/volens/core/merkle"
)

// LeafSize is the length of the leaves of an object's tree in bytes.
const LeafSize = 1 << 20

const (
	maxInfo   = 4 << 10
	maxLeaves = 64 << 20
)

// ErrDigest is returned for bytes that are not those announced.
var ErrDigest = errors.New("bytes do not have the announced digest")

// Object is what is known of a stored object.
type Object struct {
	// SHA256 is the digest of its bytes, and its id.
	SHA256 drs.Digest `json:"-"`
	// Size in bytes.
	Size int64 `json:"size"`
	// Created is when it was placed.
	Created time.Time `json:"created"`
	// TreeRoot is the RFC 6962 root over its 1 MiB leaves.
	TreeRoot merkle.Hash `json:"-"`
	// Root is TreeRoot in hexadecimal digits.
	Root string `json:"tree_root"`
}

// Pending is an object that no registration on chain claims yet.
type Pending struct {
	SHA256 drs.Digest `json:"-"`
	// Account that uploaded it.
	Account string `json:"-"`
	// Size in bytes.
	Size int64 `json:"size"`
	// Since is when that account placed it.
	Since time.Time `json:"since"`
}

// Objects are the stored objects. Three blobs make one: the bytes, the hashes of
// the leaves, and last its info: an object without info does not exist. Before them
// comes a note that it is pending, so that what a killed process left is found.
type Objects struct {
	store *Store
}

// NewObjects keeps objects in a store.
func NewObjects(store *Store) *Objects { return &Objects{store: store} }

func objectKey(d drs.Digest) string { return "objects/" + d.String()[:2] + "/" + d.String() }

func leavesKey(d drs.Digest) string { return "leaves/" + d.String()[:2] + "/" + d.String() }

func infoKey(d drs.Digest) string              { return "info/" + d.String()[:2] + "/" + d.String() }
func pendingKey(d drs.Digest, a string) string { return "pending/" + d.String() + "/" + a }

// accountPattern is what may stand in a pending key.
var accountPattern = regexp.MustCompile(`^[0-9a-z]{1,128}$`)

// Place reads src to its end and stores it under want if it has size bytes with
// that digest; else it stores nothing and returns ErrDigest. Placing what is there
// already checks the bytes too. The object stays pending for account until Claim.
func (o *Objects) Place(
	ctx context.Context, want drs.Digest, size int64, src io.Reader, account string, now time.Time,
) (Object, error) {
	if !accountPattern.MatchString(account) {
		return Object{}, fmt.Errorf("place object: account %q", account)
	}
	waiting := pendingKey(want, account)
	_, err := o.store.Size(ctx, waiting)
	first := errors.Is(err, ErrNotFound)
	if err != nil && !first {
		return Object{}, err
	}
	if err := o.store.putJSON(ctx, waiting, Pending{Size: size, Since: now.UTC()}); err != nil {
		return Object{}, err
	}
	info, leaves, err := o.store.receive(ctx, want, size, src)
	if err != nil {
		if first {
			err = errors.Join(err, o.store.Delete(ctx, waiting))
		}
		return Object{}, err
	}
	info.Created = now.UTC()
	if known, err := o.Stat(ctx, want); err == nil {
		info.Created = known.Created
	} else if !errors.Is(err, ErrNotFound) {
		return Object{}, err
	}
	if err := o.store.putBytes(ctx, leavesKey(want), leaves); err != nil {
		return Object{}, err
	}
	return info, o.store.putJSON(ctx, infoKey(want), info)
}

// receive stores the bytes, hashing them on their way.
func (s *Store) receive(
	ctx context.Context, want drs.Digest, size int64, src io.Reader,
) (info Object, leaves []byte, err error) {
	tree, err := merkle.NewStream(LeafSize, func(h merkle.Hash) { leaves = append(leaves, h[:]...) })
	if err != nil {
		return Object{}, nil, err
	}
	digest := sha256.New()
	err = s.Put(ctx, objectKey(want), func(w io.Writer) error {
		n, err := io.Copy(io.MultiWriter(w, digest, tree), io.LimitReader(src, size+1))
		if err != nil {
			return fmt.Errorf("place object: %w", err)
		}
		if got := drs.Digest(digest.Sum(nil)); n != size || got != want {
			return fmt.Errorf("%w: %d bytes of %s instead of %d of %s", ErrDigest, n, got, size, want)
		}
		return nil
	})
	if err != nil {
		return Object{}, nil, err
	}
	root := tree.Root()
	return Object{SHA256: want, Size: size, TreeRoot: root, Root: root.String()}, leaves, nil
}

// Stat returns what is known of an object, or ErrNotFound.
func (o *Objects) Stat(ctx context.Context, d drs.Digest) (Object, error) {
	info := Object{SHA256: d}
	if err := o.store.getJSON(ctx, infoKey(d), &info); err != nil {
		return Object{}, err
	}
	root, err := drs.ParseDigest(info.Root)
	if err != nil {
		return Object{}, fmt.Errorf("info of object %s: %w", d, err)
	}
	info.TreeRoot = merkle.Hash(root)
	return info, nil
}

// Read opens length bytes of an object from offset; length -1 means to the end.
func (o *Objects) Read(ctx context.Context, object Object, offset, length int64) (io.ReadCloser, error) {
	return o.store.Read(ctx, objectKey(object.SHA256), offset, length)
}

// Leaves returns the hashes of an object's leaves, 32 bytes each.
func (o *Objects) Leaves(ctx context.Context, d drs.Digest) ([]byte, error) {
	return o.store.ReadAll(ctx, leavesKey(d), maxLeaves)
}

// Claim says that a registration on chain names the object: it is no longer pending.
func (o *Objects) Claim(ctx context.Context, d drs.Digest) error {
	keys, err := o.store.Keys(ctx, "pending/"+d.String()+"/")
	if err != nil {
		return err
	}
	for _, key := range keys {
		if err := o.store.Delete(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

// Pending lists what no registration claims yet.
func (o *Objects) Pending(ctx context.Context) ([]Pending, error) {
	keys, err := o.store.Keys(ctx, "pending/")
	if err != nil {
		return nil, err
	}
	list := make([]Pending, 0, len(keys))
	for _, key := range keys {
		parts := strings.Split(key, "/")
		var p Pending
		if err := o.store.getJSON(ctx, key, &p); errors.Is(err, ErrNotFound) {
			continue
		} else if err != nil {
			return nil, err
		}
		if p.SHA256, err = drs.ParseDigest(parts[1]); err != nil || len(parts) != 3 {
			return nil, fmt.Errorf("pending object %q: %w", key, err)
		}
		p.Account = parts[2]
		list = append(list, p)
	}
	return list, nil
}

// Drop ends one account's pending object; the object is deleted with its last one,
// unless keep says that something else needs it.
func (o *Objects) Drop(ctx context.Context, p Pending, keep bool) error {
	if err := o.store.Delete(ctx, pendingKey(p.SHA256, p.Account)); err != nil {
		return err
	}
	others, err := o.store.Keys(ctx, "pending/"+p.SHA256.String()+"/")
	if err != nil || len(others) > 0 || keep {
		return err
	}
	return o.Delete(ctx, p.SHA256)
}

// Delete removes an object, its info first.
func (o *Objects) Delete(ctx context.Context, d drs.Digest) error {
	for _, key := range []string{infoKey(d), objectKey(d), leavesKey(d)} {
		if err := o.store.Delete(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

// Sweep removes what killed processes left half written before a moment.
func (o *Objects) Sweep(ctx context.Context, before time.Time) (int, error) {
	return o.store.Sweep(ctx, before)
}

func (s *Store) putBytes(ctx context.Context, key string, raw []byte) error {
	return s.Put(ctx, key, func(w io.Writer) error {
		_, err := w.Write(raw)
		return err
	})
}

func (s *Store) putJSON(ctx context.Context, key string, value any) error {
	raw, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("put %s: %w", key, err)
	}
	return s.putBytes(ctx, key, raw)
}

func (s *Store) getJSON(ctx context.Context, key string, value any) error {
	raw, err := s.ReadAll(ctx, key, maxInfo)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, value); err != nil {
		return fmt.Errorf("read %s: %w", key, err)
	}
	return nil
}
