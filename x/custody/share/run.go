package share

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/volens-network/volens/core/threshold"
)

const (
	enrolmentPrefix = "enrolment-"
	dealPrefix      = "deal-"
)

// SaveEnrolment keeps the decryption key of a run until the run ends, so that a
// restart in the middle loses nothing.
func (s *Store) SaveEnrolment(ctx threshold.RunContext, secret *threshold.EnrolmentSecret) error {
	plain := secret.Bytes()
	defer clear(plain)
	return s.seal(enrolmentFile(ctx), plain)
}

// Enrolment returns the decryption key of a run, or ErrNone.
func (s *Store) Enrolment(ctx threshold.RunContext) (*threshold.EnrolmentSecret, error) {
	plain, err := s.open(enrolmentFile(ctx))
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	return threshold.EnrolmentSecretFromBytes(plain)
}

// SaveDeal keeps a deal before it is sent for the first time: a node that restarts sends
// the same again, and never a second one.
func (s *Store) SaveDeal(ctx threshold.RunContext, oldShare uint64, deal []byte) error {
	return s.seal(dealFile(ctx, oldShare), deal)
}

// Deal returns the deal of an old share, 0 in a fresh run, or ErrNone.
func (s *Store) Deal(ctx threshold.RunContext, oldShare uint64) ([]byte, error) {
	return s.open(dealFile(ctx, oldShare))
}

// KeepRun erases what is kept of every run but one; of all, if it is nil. Whoever had the
// decryption key of an old run could read the shares that were dealt in it from the chain.
func (s *Store) KeepRun(ctx *threshold.RunContext) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	run := "none"
	if ctx != nil {
		run = runName(*ctx)
	}
	if s.run == run {
		return nil
	}
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		rest, enrolment := strings.CutPrefix(entry.Name(), enrolmentPrefix)
		if !enrolment {
			var deal bool
			if rest, deal = strings.CutPrefix(entry.Name(), dealPrefix); !deal {
				continue
			}
		}
		if rest == run || strings.HasPrefix(rest, run+"-") {
			continue
		}
		if err := os.Remove(filepath.Join(s.dir, entry.Name())); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	s.run = run
	return syncFolder(s.dir)
}

func runName(ctx threshold.RunContext) string {
	return fmt.Sprintf("%d-%d-%d", ctx.KeyID, ctx.Epoch, ctx.Run)
}

func enrolmentFile(ctx threshold.RunContext) string { return enrolmentPrefix + runName(ctx) }

func dealFile(ctx threshold.RunContext, oldShare uint64) string {
	return fmt.Sprintf("%s%s-%d", dealPrefix, runName(ctx), oldShare)
}
