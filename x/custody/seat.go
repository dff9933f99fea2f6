package custody

import (
	"bytes"

	errorsmod "cosmossdk.io/errors"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/dataset"
)

// Reasons that custody adds to those of duo.Permits.
const (
	// ReasonIncomplete: fewer than k gateways that hold the file were heard of lately.
	ReasonIncomplete duo.Reason = "INCOMPLETE"
	// ReasonAttestor: who vouched for the dataset would receive it.
	ReasonAttestor duo.Reason = "ATTESTOR"
)

// SeatPost is a seat as a researcher posts it.
type SeatPost struct {
	// Q is 32 bytes ristretto255, Proof is Proof2("seat"), 128 bytes.
	Q, Proof []byte
}

// seatSteps are the only steps between the states of a seat. Nothing leaves VOID
// and RELEASED, and only FREE can be assigned.
var seatSteps = map[SeatState][]SeatState{
	SEAT_STATE_FREE:     {SEAT_STATE_ASSIGNED, SEAT_STATE_VOID},
	SEAT_STATE_ASSIGNED: {SEAT_STATE_EMITTED, SEAT_STATE_VOID},
	SEAT_STATE_EMITTED:  {SEAT_STATE_REVOKING, SEAT_STATE_RELEASED, SEAT_STATE_VOID},
	SEAT_STATE_REVOKING: {SEAT_STATE_RELEASED, SEAT_STATE_VOID},
}

// Step moves the seat to another state, or returns ErrSeatState.
func (s *Seat) Step(to SeatState) error {
	for _, allowed := range seatSteps[s.State] {
		if allowed == to {
			s.State = to
			return nil
		}
	}
	return errorsmod.Wrapf(ErrSeatState, "seat %d of %s is %s: cannot become %s", s.Index, s.RequestId, s.State, to)
}

// Open reports whether a job stands behind the seat.
func (s Seat) Open() bool {
	return s.State == SEAT_STATE_ASSIGNED || s.State == SEAT_STATE_EMITTED || s.State == SEAT_STATE_REVOKING
}

// Assigned reports whether the seat was ever given to a dataset.
func (s Seat) Assigned() bool { return len(s.B) > 0 }

// Validate reports the first field that no stored seat can have.
func (s Seat) Validate() error {
	if _, err := id.Parse(s.RequestId); err != nil {
		return errorsmod.Wrapf(ErrInvalid, "seat: request_id: %v", err)
	}
	if _, err := dataset.ParseAddress(s.Reader); err != nil {
		return errorsmod.Wrapf(ErrInvalid, "seat %d of %s: reader: %v", s.Index, s.RequestId, err)
	}
	if len(s.Q) != PointSize {
		return errorsmod.Wrapf(ErrInvalid, "seat %d of %s: q has %d bytes", s.Index, s.RequestId, len(s.Q))
	}
	if s.State < SEAT_STATE_FREE || s.State > SEAT_STATE_VOID {
		return errorsmod.Wrapf(ErrInvalid, "seat %d of %s: state %d", s.Index, s.RequestId, s.State)
	}
	if (s.Open() || s.State == SEAT_STATE_RELEASED) && !s.Assigned() {
		return errorsmod.Wrapf(ErrInvalid, "seat %d of %s is %s without b", s.Index, s.RequestId, s.State)
	}
	if s.State == SEAT_STATE_FREE && s.Assigned() {
		return errorsmod.Wrapf(ErrInvalid, "seat %d of %s is free and has b", s.Index, s.RequestId)
	}
	if !s.Assigned() {
		return nil
	}
	if _, err := id.Parse(s.DatasetId); err != nil {
		return errorsmod.Wrapf(ErrInvalid, "seat %d of %s: dataset_id: %v", s.Index, s.RequestId, err)
	}
	if len(s.B) != PointSize || s.Version == 0 || bytes.Equal(s.B, s.Q) {
		return errorsmod.Wrapf(
			ErrInvalid,
			"seat %d of %s: b of %d bytes, version %d",
			s.Index,
			s.RequestId,
			len(s.B),
			s.Version,
		)
	}
	return nil
}
