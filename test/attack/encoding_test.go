package attack_test

import (
	"bytes"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

// badPoints are no points, or the identity.
func badPoints(t *testing.T) map[string][]byte {
	t.Helper()
	out := map[string][]byte{"empty": {}, "short": make([]byte, 31), "long": make([]byte, 33)}
	for name, text := range map[string]string{ // RFC 9496, A.2, and the order of the field
		"identity":           "0000000000000000000000000000000000000000000000000000000000000000",
		"all ones":           "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"p":                  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"p and high bit":     "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		"negative":           "0100000000000000000000000000000000000000000000000000000000000000",
		"negative too":       "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"not a square":       "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
		"negative product":   "3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e",
		"zero of the curve":  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"low order on Ed":    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"non-canonical zero": "0000000000000000000000000000000000000000000000000000000000000080",
	} {
		raw, err := hex.DecodeString(text)
		require.NoError(t, err)
		out[name] = raw
	}
	return out
}

// badScalars are not below the order of the group, or of another length.
func badScalars(t *testing.T) map[string][]byte {
	t.Helper()
	order, err := hex.DecodeString("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
	require.NoError(t, err)
	return map[string][]byte{
		"order": order, "all ones": bytes.Repeat([]byte{0xff}, 32), "empty": {}, "short": make([]byte, 31),
		"long": make([]byte, 33),
	}
}

// replaced is raw with the bytes from a place on replaced; the length follows.
func replaced(raw []byte, from, to int, by []byte) []byte {
	return append(append(bytes.Clone(raw[:from]), by...), raw[to:]...)
}

// Each point and scalar of each message, in each encoding that is not one.
func TestEncoding_IdentityAndNonCanonical(t *testing.T) {
	s := shared(t)
	d := s.Seal(s.Patient, content)
	r := s.Submit(s.Researcher)
	s.Send(s.Researcher, r.Message)
	seats := s.PostSeats(r)
	i := s.RequestInspection(s.Register(s.Patient, content))
	accept := s.AcceptInspection(i)

	var txs [][]byte
	var names []string
	skips := map[string]uint64{}
	try := func(name string, msg sdk.Msg) {
		from := s.Patient
		switch msg.(type) {
		case *market.MsgPostSeats:
			from = s.Researcher
		case *custody.MsgAcceptInspection:
			from = s.Hospital
		}
		txs, names = append(txs, s.Sign(from, skips[from.String()], msg)), append(names, name)
		if basic, ok := msg.(sdk.HasValidateBasic); ok && basic.ValidateBasic() == nil {
			skips[from.String()]++
		}
	}
	proofs := func(name string, from, to int, bad []byte) {
		m := copyOf(d.Message)
		m.Proof = replaced(d.Message.Proof, from, to, bad)
		try("capsule "+name, m)
		p := *seats
		p.Seats = []market.SeatPost{{Q: seats.Seats[0].Q, Proof: replaced(seats.Seats[0].Proof, from, to, bad)}}
		try("seat "+name, &p)
		a := *accept
		a.Proof = replaced(accept.Proof, from, to, bad)
		try("inspection "+name, &a)
	}
	for name, bad := range badPoints(t) {
		m := copyOf(d.Message)
		m.Payload.U = bad
		try("u "+name, m)
		p := *seats
		p.Seats = []market.SeatPost{{Q: bad, Proof: seats.Seats[0].Proof}}
		try("q "+name, &p)
		a := *accept
		a.Q = bad
		try("q of inspection "+name, &a)
		for place := range 3 {
			proofs("proof "+name, 32*place, 32*place+32, bad)
		}
	}
	for name, bad := range badScalars(t) {
		proofs("answer "+name, 96, 128, bad)
	}
	for n, result := range s.Block(txs...).TxResults {
		require.NotZero(t, result.Code, names[n])
		require.Contains(t, []string{custody.ModuleName, dataset.ModuleName, market.ModuleName}, result.Codespace,
			"%s: %s", names[n], result.Log)
	}
	s.Send(s.Patient, d.Message)
	s.Send(s.Researcher, seats)
	s.Send(s.Hospital, accept)
}

// The same for what rides in extensions. A wrong length is of no shape and ignored; the
// rest is evidence.
func TestEncoding_InExtensions(t *testing.T) {
	s := shared(t)
	d := s.Ready(s.Patient, content)
	for field, of := range map[string]func(*custody.VoteExtension) *[]byte{
		"shares":      func(e *custody.VoteExtension) *[]byte { return &e.Shares },
		"commitment":  func(e *custody.VoteExtension) *[]byte { return &e.A },
		"commitment'": func(e *custody.VoteExtension) *[]byte { return &e.APrime },
		"answer":      func(e *custody.VoteExtension) *[]byte { return &e.F },
	} {
		values := badPoints(t)
		if field == "answer" {
			values = badScalars(t)
		}
		for name, bad := range values {
			t.Run(field+" "+name, func(t *testing.T) {
				s.For(t)
				s.Tamper.Extension = func(i int, _ int64, honest []byte) []byte {
					if i == 1 {
						return change(t, honest, func(e *custody.VoteExtension) { *of(e) = bad })
					}
					return honest
				}
				r := offered(s, d)
				require.LessOrEqual(t, len(blamed(t, s.Block())), 1)
				require.True(t, released(s, r))
			})
		}
	}
	s.For(t)
	s.Tamper.Extension = nil
}
