package custody

import (
	"bytes"
	"fmt"

	errorsmod "cosmossdk.io/errors"

	"github.com/volens-network/volens/core/id"
)

// DefaultGenesis is a chain without a key.
func DefaultGenesis() *GenesisState { return &GenesisState{Params: DefaultParams()} }

// seatName names a seat in a genesis.
type seatName struct {
	request string
	index   uint64
}

// Validate reports the first entry that the module could not have exported. It
// holds the law above all: no point stands in two seats, none that was used is
// missing from seen, and every job and release belongs to its seat.
func (g GenesisState) Validate() error {
	if err := g.Params.Validate(); err != nil {
		return err
	}
	if err := g.validateKeys(); err != nil {
		return err
	}
	if err := g.validateFaults(); err != nil {
		return err
	}
	seen, err := g.validateSeen()
	if err != nil {
		return err
	}
	seats, err := g.validateSeats(seen)
	if err != nil {
		return err
	}
	if err := g.validateRequests(); err != nil {
		return err
	}
	if err := g.validateJobs(seats); err != nil {
		return err
	}
	if err := g.validateReleases(seats); err != nil {
		return err
	}
	return g.validateInspections()
}

func (g GenesisState) validateKeys() error {
	epochs := map[string]Epoch{}
	for _, e := range g.Epochs {
		name := fmt.Sprintf("%d/%d", e.KeyId, e.Epoch)
		if _, ok := epochs[name]; ok {
			return errorsmod.Wrapf(ErrGenesis, "epoch %s stands twice", name)
		}
		if len(e.Owners) == 0 || len(e.Owners) != len(e.PublicShares) || int(e.Threshold) > len(e.Owners) ||
			e.Threshold == 0 {
			return errorsmod.Wrapf(ErrGenesis, "epoch %s: %d of %d shares, %d owners",
				name, e.Threshold, len(e.PublicShares), len(e.Owners))
		}
		epochs[name] = e
	}
	known := map[uint64]bool{}
	for _, k := range g.Keys {
		if k.KeyId == 0 || known[k.KeyId] {
			return errorsmod.Wrapf(ErrGenesis, "key %d stands twice or is 0", k.KeyId)
		}
		known[k.KeyId] = true
		if len(k.Y) != PointSize || (k.Status != KEY_STATUS_PENDING && !k.Serves()) {
			return errorsmod.Wrapf(ErrGenesis, "key %d: y of %d bytes, %s", k.KeyId, len(k.Y), k.Status)
		}
		if k.Serves() && len(k.Canary) != PointSize {
			return errorsmod.Wrapf(ErrGenesis, "key %d releases without a canary", k.KeyId)
		}
		if k.Next != nil && k.Status != KEY_STATUS_ACTIVE {
			return errorsmod.Wrapf(ErrGenesis, "key %d is %s and to be followed", k.KeyId, k.Status)
		}
		if awaited, waits := k.Awaits(); waits && awaited != k.Epoch {
			if _, ok := epochs[fmt.Sprintf("%d/%d", k.KeyId, awaited)]; !ok {
				return errorsmod.Wrapf(ErrGenesis, "key %d waits for epoch %d, which is not there", k.KeyId, awaited)
			}
		}
		if _, ok := epochs[fmt.Sprintf("%d/%d", k.KeyId, k.Epoch)]; !ok {
			return errorsmod.Wrapf(ErrGenesis, "key %d has no epoch %d", k.KeyId, k.Epoch)
		}
	}
	for _, e := range g.Epochs {
		if !known[e.KeyId] || e.Run > g.LastRun {
			return errorsmod.Wrapf(ErrGenesis, "epoch %d of key %d, made by run %d of %d, has no key",
				e.Epoch, e.KeyId, e.Run, g.LastRun)
		}
	}
	return nil
}

func (g GenesisState) validateFaults() error {
	last := uint64(0)
	for _, f := range g.Faults {
		if f.Number <= last || len(f.Operator) != OperatorSize || f.Run > g.LastRun {
			return errorsmod.Wrapf(ErrGenesis, "fault %d follows fault %d, or is malformed", f.Number, last)
		}
		last = f.Number
	}
	return nil
}

func (g GenesisState) validateSeen() (map[string]bool, error) {
	seen := make(map[string]bool, len(g.Seen))
	for _, point := range g.Seen {
		if len(point) != PointSize || seen[string(point)] {
			return nil, errorsmod.Wrapf(ErrGenesis, "seen point %x has another length or stands twice", point)
		}
		seen[string(point)] = true
	}
	return seen, nil
}

func (g GenesisState) validateSeats(seen map[string]bool) (map[seatName]Seat, error) {
	seats := make(map[seatName]Seat, len(g.Seats))
	used := map[string]bool{}
	for _, s := range g.Seats {
		if err := s.Validate(); err != nil {
			return nil, err
		}
		name := seatName{s.RequestId, s.Index}
		if _, ok := seats[name]; ok {
			return nil, errorsmod.Wrapf(ErrGenesis, "seat %d of %s stands twice", s.Index, s.RequestId)
		}
		if !seen[string(s.Q)] {
			return nil, errorsmod.Wrapf(ErrGenesis, "q of seat %d of %s is not seen", s.Index, s.RequestId)
		}
		if used[string(s.Q)] {
			return nil, errorsmod.Wrapf(ErrGenesis, "q of seat %d of %s has another seat", s.Index, s.RequestId)
		}
		used[string(s.Q)] = true
		seats[name] = s
	}
	return seats, nil
}

func (g GenesisState) validateRequests() error {
	known := map[string]bool{}
	for _, t := range g.Terms {
		if _, err := id.Parse(t.RequestId); err != nil || known[t.RequestId] {
			return errorsmod.Wrapf(ErrGenesis, "terms of %q are malformed or stand twice", t.RequestId)
		}
		known[t.RequestId] = true
	}
	for _, request := range g.Closed {
		if !known[request] {
			return errorsmod.Wrapf(ErrGenesis, "closed request %q has no terms", request)
		}
	}
	return nil
}

func (g GenesisState) validateJobs(seats map[seatName]Seat) error {
	jobs := map[seatName]bool{}
	for _, j := range g.Jobs {
		name := seatName{j.RequestId, j.Seat}
		seat := seats[name]
		if !seat.Open() || jobs[name] || !bytes.Equal(seat.B, j.B) || seat.DatasetId != j.DatasetId ||
			seat.Version != j.Version || len(j.Id) != 32 {
			return errorsmod.Wrapf(ErrGenesis, "job %x does not fit seat %d of %s", j.Id, j.Seat, j.RequestId)
		}
		if (j.EmittedHeight > 0) == (seat.State == SEAT_STATE_ASSIGNED) {
			return errorsmod.Wrapf(
				ErrGenesis,
				"job %x emitted at %d has a seat that is %s",
				j.Id,
				j.EmittedHeight,
				seat.State,
			)
		}
		jobs[name] = true
	}
	for name, seat := range seats {
		if seat.Open() && !jobs[name] {
			return errorsmod.Wrapf(
				ErrGenesis,
				"seat %d of %s is %s without a job",
				name.index,
				name.request,
				seat.State,
			)
		}
	}
	return nil
}

func (g GenesisState) validateReleases(seats map[seatName]Seat) error {
	emitted := map[seatName]bool{}
	for _, e := range g.Emissions {
		name := seatName{e.RequestId, e.Seat}
		if emitted[name] || seats[name].DatasetId != e.DatasetId || !seats[name].Assigned() {
			return errorsmod.Wrapf(
				ErrGenesis,
				"emission of %s does not fit seat %d of %s",
				e.DatasetId,
				e.Seat,
				e.RequestId,
			)
		}
		emitted[name] = true
	}
	released := map[seatName]bool{}
	for _, r := range g.Releases {
		name := seatName{r.RequestId, r.Seat}
		if released[name] || seats[name].State != SEAT_STATE_RELEASED || !emitted[name] || len(r.S) != PointSize {
			return errorsmod.Wrapf(ErrGenesis, "release does not fit seat %d of %s", r.Seat, r.RequestId)
		}
		released[name] = true
	}
	return nil
}

func (g GenesisState) validateInspections() error {
	known := map[string]bool{}
	for _, i := range g.Inspections {
		if _, err := id.Parse(i.Id); err != nil || known[i.Id] {
			return errorsmod.Wrapf(ErrGenesis, "inspection %q is malformed or stands twice", i.Id)
		}
		known[i.Id] = true
		if _, err := id.Parse(i.DatasetId); err != nil {
			return errorsmod.Wrapf(ErrGenesis, "inspection %s: dataset_id: %v", i.Id, err)
		}
		if i.State < INSPECTION_STATE_REQUESTED || i.State > INSPECTION_STATE_EXPIRED {
			return errorsmod.Wrapf(ErrGenesis, "inspection %s: state %d", i.Id, i.State)
		}
		if err := validateSigner("owner", i.Owner); err != nil {
			return errorsmod.Wrapf(err, "inspection %s", i.Id)
		}
		if err := validateSigner("organisation", i.Organisation); err != nil {
			return errorsmod.Wrapf(err, "inspection %s", i.Id)
		}
		if i.Bond.Validate() != nil {
			return errorsmod.Wrapf(ErrGenesis, "inspection %s: bond", i.Id)
		}
	}
	return nil
}
