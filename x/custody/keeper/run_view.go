package keeper

import (
	"bytes"
	"context"
	"slices"

	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/custody"
)

// RunView is a run with everything that was said in it, as a dealing node reads
// it from committed state. A finished run stays to be seen until the next one.
type RunView struct {
	// Origin is the chain id at the first genesis.
	Origin string
	// Exists is false before the first run.
	Exists     bool
	Run        custody.Run
	Enrolments []custody.Enrolment
	Deals      []custody.Deal
	// Confirmed are the operators that confirmed.
	Confirmed [][]byte
	// Old is the committee whose shares are dealt, nil in a fresh run.
	Old *threshold.Committee

	decoded *cache[*threshold.Run]
}

// RunView returns the newest run.
func (k *Keeper) RunView(ctx context.Context) (RunView, error) {
	run, err := k.Runs.Run.Get(ctx)
	if isNotFound(err) {
		return RunView{}, nil
	}
	if err != nil {
		return RunView{}, err
	}
	out, err := k.viewOf(ctx, run)
	if err != nil {
		return RunView{}, err
	}
	if out.Deals, err = k.Runs.dealt(ctx); err != nil {
		return RunView{}, err
	}
	out.Confirmed, err = k.Runs.confirmed(ctx)
	return out, err
}

// viewOf is the view of a run without deals and confirmations.
func (k *Keeper) viewOf(ctx context.Context, run custody.Run) (RunView, error) {
	out := RunView{Exists: true, Run: run, decoded: k.Runs.decoded}
	var err error
	if out.Origin, err = k.left.Datasets.OriginChainID(ctx); err != nil {
		return RunView{}, err
	}
	if out.Enrolments, err = k.Runs.enrolled(ctx); err != nil {
		return RunView{}, err
	}
	if !run.Fresh() {
		out.Old, err = k.Committee(ctx, run.KeyId, run.OldEpoch)
		if run.Finished && isNotFound(err) { // long over, and its old epoch is forgotten
			return out, nil
		}
	}
	return out, err
}

// Context names the attempt to core/threshold.
func (v RunView) Context() threshold.RunContext {
	return threshold.RunContext{
		OriginChain: v.Origin, KeyID: v.Run.KeyId, Epoch: v.Run.Epoch, Run: v.Run.Run,
	}
}

// Threshold returns the run's public data; enrolment must have ended.
func (v RunView) Threshold() (*threshold.Run, error) {
	if v.decoded == nil {
		return v.decode()
	}
	t := v.Context()
	parts := [][]byte{
		[]byte(t.OriginChain), number(t.KeyID), number(t.Epoch), number(t.Run), number(uint64(v.Run.Threshold)),
	}
	parts = append(parts, v.Run.Owners...)
	for _, e := range v.Enrolments {
		parts = append(parts, e.Operator, e.Ek)
	}
	if v.Old != nil {
		parts = append(append(parts, v.Old.Key().Y()), v.Old.ShareKeys()...)
		parts = append(append(parts, number(v.Old.Epoch())), v.Old.Owners()...)
	}
	return v.decoded.get(v.decode, parts...)
}

func (v RunView) decode() (*threshold.Run, error) {
	enrolments := make([]threshold.Enrolment, len(v.Enrolments))
	for i, e := range v.Enrolments {
		enrolments[i] = threshold.Enrolment{Operator: e.Operator, EK: e.Ek, Proof: e.Proof}
	}
	return threshold.NewRun(v.Context(), int(v.Run.Threshold), v.Run.Owners, enrolments, v.Old)
}

// Qualified returns the deals that count: those of operators that were not
// convicted.
func (v RunView) Qualified() ([]*threshold.Deal, error) {
	var out []*threshold.Deal
	for _, d := range v.Deals {
		if v.Convicted(d.Operator) {
			continue
		}
		deal, err := threshold.UnmarshalDeal(d.Data)
		if err != nil {
			return nil, err
		}
		out = append(out, deal)
	}
	return out, nil
}

// Committee returns the committee that the run made; disputing must have ended.
func (v RunView) Committee() (*threshold.Committee, error) {
	key, err := threshold.NewKey(v.Origin, v.Run.KeyId, v.Run.Y)
	if err != nil {
		return nil, err
	}
	return threshold.NewCommittee(key, v.Run.Epoch, int(v.Run.Threshold), v.Run.PublicShares, v.Run.Owners)
}

// Convicted reports whether an operator was found guilty in this run.
func (v RunView) Convicted(operator []byte) bool { return among(v.Run.Convicted, operator) }

// Enrolled reports whether an enrolment of an operator has landed.
func (v RunView) Enrolled(operator []byte) bool {
	_, ok := v.enrolment(operator)
	return ok
}

func (v RunView) enrolment(operator []byte) (custody.Enrolment, bool) {
	for _, e := range v.Enrolments {
		if bytes.Equal(e.Operator, operator) {
			return e, true
		}
	}
	return custody.Enrolment{}, false
}

// Dealers returns what an operator has to deal: its old shares, or, in a fresh run, 0
// for a holder of the new ones.
func (v RunView) Dealers(operator []byte) []threshold.Dealer {
	if v.Run.Fresh() {
		if v.Owner(operator) {
			return []threshold.Dealer{{Operator: operator}}
		}
		return nil
	}
	if v.Old == nil {
		return nil
	}
	var out []threshold.Dealer
	for _, k := range v.Old.Indices(operator) {
		out = append(out, threshold.Dealer{Operator: operator, OldShare: uint64(k)}) //nolint:gosec // k is positive
	}
	return out
}

// Dealt reports whether the deal of a dealer has landed.
func (v RunView) Dealt(dealer threshold.Dealer) bool {
	for _, d := range v.Deals {
		if bytes.Equal(d.Operator, dealer.Operator) && uint64(d.Share) == dealer.OldShare {
			return true
		}
	}
	return false
}

// HasConfirmed reports whether an operator's confirmation has landed.
func (v RunView) HasConfirmed(operator []byte) bool { return among(v.Confirmed, operator) }

// Owner reports whether an operator will hold a share.
func (v RunView) Owner(operator []byte) bool { return among(v.Run.Owners, operator) }

// Missing lists the operators whose part of the phase has not landed: of the bonded who has
// not enrolled, or has not dealt all that it has to; of the owners who has not confirmed.
func (v RunView) Missing(bonded []custody.Bonded) [][]byte {
	var out [][]byte
	for _, b := range bonded {
		missing := false
		switch v.Run.Phase {
		case custody.PHASE_ENROL:
			missing = !v.Enrolled(b.Operator)
		case custody.PHASE_DEAL:
			missing = slices.ContainsFunc(v.Dealers(b.Operator), func(d threshold.Dealer) bool { return !v.Dealt(d) })
		case custody.PHASE_CONFIRM:
			missing = v.Owner(b.Operator) && !v.HasConfirmed(b.Operator)
		default:
		}
		if missing {
			out = append(out, b.Operator)
		}
	}
	return out
}
