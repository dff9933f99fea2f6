package upload

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	tus "github.com/tus/tusd/v2/pkg/handler"

	"github.com/volens-network/volens/core/drs"
	"github.com/volens-network/volens/gateway/blobstore"
)

// Registry tells what the chain says about a pending object.
type Registry interface {
	// Registered reports whether a dataset of the account names the object and this
	// gateway.
	Registered(ctx context.Context, account string, d drs.Digest) (bool, error)
	// Held reports whether the gateway holds a part of a key that goes with the object.
	Held(d drs.Digest) bool
}

// Claim says that a registration on chain names an object: it is kept, and no longer
// counts towards anybody's quota.
func (s *Service) Claim(ctx context.Context, d drs.Digest) error {
	if err := s.objects.Claim(ctx, d); err != nil {
		return err
	}
	s.ledger.claim(d, "")
	return nil
}

// Collect ends uploads that nobody came back for, and objects that no registration
// names, once they are older than Limits.Keep. It returns how many there were. An
// object about which the chain cannot be asked is kept.
func (s *Service) Collect(ctx context.Context, registry Registry) (int, error) {
	before := s.now().Add(-s.limits.Keep)
	staged, err := s.collectStaged(ctx, before)
	if err != nil {
		return staged, err
	}
	pending, err := s.collectPending(ctx, registry, before)
	if err != nil {
		return staged + pending, err
	}
	_, err = s.objects.Sweep(ctx, before)
	return staged + pending, err
}

func (s *Service) collectPending(ctx context.Context, registry Registry, before time.Time) (int, error) {
	pending, err := s.objects.Pending(ctx)
	if err != nil {
		return 0, err
	}
	dropped := 0
	var failed error
	for _, p := range pending {
		if p.Since.After(before) {
			continue
		}
		gone, err := s.collectObject(ctx, registry, p)
		failed = errors.Join(failed, err)
		if gone {
			dropped++
		}
	}
	return dropped, failed
}

func (s *Service) collectObject(ctx context.Context, registry Registry, p blobstore.Pending) (bool, error) {
	held := registry.Held(p.SHA256)
	registered, err := registry.Registered(ctx, p.Account, p.SHA256)
	if err != nil {
		return false, fmt.Errorf("object %s: %w", p.SHA256, err)
	}
	if registered {
		return false, nil
	}
	if err := s.objects.Drop(ctx, p, held); err != nil {
		return false, err
	}
	s.ledger.claim(p.SHA256, p.Account)
	return true, nil
}

// staging is an upload under way, with the time of its last byte.
type staging struct {
	info tus.FileInfo
	last time.Time
}

func (s *Service) collectStaged(ctx context.Context, before time.Time) (int, error) {
	uploads, err := s.staged(false)
	if err != nil {
		return 0, err
	}
	dropped := 0
	for _, u := range uploads {
		if u.last.After(before) {
			continue
		}
		if err := s.discard(ctx, u.info.ID); err != nil {
			return dropped, err
		}
		dropped++
	}
	return dropped, s.collectDone(before)
}

// collectDone forgets uploads that were placed long ago.
func (s *Service) collectDone(before time.Time) error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return fmt.Errorf("read staging folder: %w", err)
	}
	for _, entry := range entries {
		upload, ok := strings.CutSuffix(entry.Name(), doneSuffix)
		if !ok {
			continue
		}
		d, err := s.finished(upload)
		if err == nil && d.At.After(before) {
			continue
		}
		if err := os.Remove(filepath.Join(s.dir, entry.Name())); err != nil {
			return fmt.Errorf("forget upload: %w", err)
		}
	}
	return nil
}

// staged lists the uploads under way. One whose info cannot be read is being created, or
// was when the gateway was killed: clean, at the start, removes its files.
func (s *Service) staged(clean bool) ([]staging, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, fmt.Errorf("read staging folder: %w", err)
	}
	var out []staging
	for _, entry := range entries {
		upload, ok := isInfo(entry.Name())
		if !ok {
			continue
		}
		u := staging{}
		data := filepath.Join(s.dir, upload)
		raw, err := os.ReadFile(data + infoSuffix)
		if errors.Is(err, os.ErrNotExist) {
			continue // Finished meanwhile.
		}
		if err != nil {
			return nil, fmt.Errorf("read staging folder: %w", err)
		}
		stat, err := os.Stat(data)
		if json.Unmarshal(raw, &u.info) == nil && u.info.ID == upload && err == nil {
			u.last = stat.ModTime()
			out = append(out, u)
			continue
		}
		if clean {
			if err := errors.Join(remove(data+infoSuffix), remove(data)); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("clean staging folder: %w", err)
	}
	return nil
}
