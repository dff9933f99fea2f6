package custody_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/x/custody"
)

// keyed is the state of a chain with two keys, of which the older one waits for an epoch.
func keyed() *custody.GenesisState {
	g := custody.DefaultGenesis()
	epoch := func(keyID, number, run uint64) custody.Epoch {
		return custody.Epoch{
			KeyId: keyID, Epoch: number, Run: run, Threshold: 2, Owners: operators("abc"),
			PublicShares: [][]byte{make([]byte, 32), make([]byte, 32), make([]byte, 32)},
		}
	}
	g.Keys = []custody.Key{
		{
			KeyId: 1, Y: make([]byte, 32), Status: custody.KEY_STATUS_SUPERSEDED, Epoch: 4, PendingEpoch: 5,
			Canary: make([]byte, 32),
		},
		{
			KeyId: 2, Y: make([]byte, 32), Status: custody.KEY_STATUS_ACTIVE, Epoch: 1, Canary: make([]byte, 32),
			Next: &custody.NextKey{TriedHeight: 9, Excluded: operators("b")}, Excluded: operators("c"),
		},
	}
	g.Epochs = []custody.Epoch{epoch(1, 3, 5), epoch(1, 4, 6), epoch(1, 5, 8), epoch(2, 1, 7)}
	g.LastRun = 8
	g.Faults = []custody.Fault{
		{Number: 3, Run: 2, Operator: operators("a")[0]}, {Number: 7, Run: 8, Operator: operators("b")[0]},
	}
	return g
}

func TestGenesis_Keys(t *testing.T) {
	require.NoError(t, keyed().Validate())
	for name, spoil := range map[string]func(*custody.GenesisState){
		"key 0":                      func(g *custody.GenesisState) { g.Keys[0].KeyId = 0 },
		"key twice":                  func(g *custody.GenesisState) { g.Keys[0].KeyId = 2 },
		"y of 31 bytes":              func(g *custody.GenesisState) { g.Keys[0].Y = make([]byte, 31) },
		"no y":                       func(g *custody.GenesisState) { g.Keys[1].Y = nil },
		"no status":                  func(g *custody.GenesisState) { g.Keys[0].Status = 0 },
		"unknown status":             func(g *custody.GenesisState) { g.Keys[0].Status = 9 },
		"active without canary":      func(g *custody.GenesisState) { g.Keys[1].Canary = nil },
		"superseded without canary":  func(g *custody.GenesisState) { g.Keys[0].Canary = nil },
		"canary of 33 bytes":         func(g *custody.GenesisState) { g.Keys[0].Canary = make([]byte, 33) },
		"its epoch is not there":     func(g *custody.GenesisState) { g.Keys[1].Epoch = 2 },
		"its next is not there":      func(g *custody.GenesisState) { g.Keys[0].PendingEpoch = 6 },
		"superseded, to be followed": func(g *custody.GenesisState) { g.Keys[0].Next = &custody.NextKey{} },
		"pending, to be followed": func(g *custody.GenesisState) {
			g.Keys[1].Status = custody.KEY_STATUS_PENDING
		},
		"epoch of no key":       func(g *custody.GenesisState) { g.Epochs[0].KeyId = 3 },
		"epoch of a later run":  func(g *custody.GenesisState) { g.LastRun = 7 },
		"epoch twice":           func(g *custody.GenesisState) { g.Epochs[0].Epoch = 4 },
		"epoch without owners":  func(g *custody.GenesisState) { g.Epochs[1].Owners, g.Epochs[1].PublicShares = nil, nil },
		"fewer keys than parts": func(g *custody.GenesisState) { g.Epochs[1].PublicShares = g.Epochs[1].PublicShares[1:] },
		"more keys than parts":  func(g *custody.GenesisState) { g.Epochs[1].Owners = g.Epochs[1].Owners[1:] },
		"threshold 0":           func(g *custody.GenesisState) { g.Epochs[1].Threshold = 0 },
		"threshold beyond all":  func(g *custody.GenesisState) { g.Epochs[1].Threshold = 4 },
	} {
		g := keyed()
		spoil(g)
		require.ErrorIs(t, g.Validate(), custody.ErrGenesis, name)
	}
	for name, change := range map[string]func(*custody.GenesisState){
		"threshold of all": func(g *custody.GenesisState) { g.Epochs[1].Threshold = 3 },
		"nobody waits":     func(g *custody.GenesisState) { g.Keys[0].PendingEpoch = 0 },
		"a key is pending": func(g *custody.GenesisState) {
			g.Keys[1].Status, g.Keys[1].Canary, g.Keys[1].Next = custody.KEY_STATUS_PENDING, nil, nil
		},
		"no key yet": func(g *custody.GenesisState) { g.Keys, g.Epochs = nil, nil },
	} {
		g := keyed()
		change(g)
		require.NoError(t, g.Validate(), name)
	}
}

func TestGenesis_Faults(t *testing.T) {
	for name, spoil := range map[string]func(*custody.GenesisState){
		"number 0":        func(g *custody.GenesisState) { g.Faults[0].Number = 0 },
		"out of order":    func(g *custody.GenesisState) { g.Faults[0].Number = 8 },
		"twice":           func(g *custody.GenesisState) { g.Faults[0].Number = 7 },
		"nobody":          func(g *custody.GenesisState) { g.Faults[0].Operator = nil },
		"19 bytes":        func(g *custody.GenesisState) { g.Faults[0].Operator = g.Faults[0].Operator[1:] },
		"of a future run": func(g *custody.GenesisState) { g.Faults[1].Run = 9 },
	} {
		g := keyed()
		spoil(g)
		require.ErrorIs(t, g.Validate(), custody.ErrGenesis, name)
	}
}

func TestGenesis_Seen(t *testing.T) {
	for _, size := range []int{0, 31, 33} {
		g := custody.DefaultGenesis()
		g.Seen = [][]byte{make([]byte, size)}
		require.ErrorIs(t, g.Validate(), custody.ErrGenesis, size)
	}
	g := custody.DefaultGenesis()
	g.Seen = [][]byte{make([]byte, 32)}
	require.NoError(t, g.Validate(), "more is seen than stands in seats: of capsules, and of closed requests")
}

func TestGenesis_Seats(t *testing.T) {
	for name, spoil := range map[string]func(*custody.GenesisState){
		"not seen":         func(g *custody.GenesisState) { g.Seen = nil },
		"request":          func(g *custody.GenesisState) { g.Seats[0].RequestId = "x" },
		"twice":            func(g *custody.GenesisState) { g.Seats = append(g.Seats, g.Seats[0]) },
		"q in two seats":   func(g *custody.GenesisState) { s := g.Seats[0]; s.Index = 1; g.Seats = append(g.Seats, s) },
		"job of another b": func(g *custody.GenesisState) { g.Jobs[0].B = g.Seats[0].Q },
		"job of another dataset": func(g *custody.GenesisState) {
			g.Jobs[0].DatasetId = g.Seats[0].RequestId
		},
		"job of another version": func(g *custody.GenesisState) { g.Jobs[0].Version = 2 },
		"job of no name":         func(g *custody.GenesisState) { g.Jobs[0].Id = g.Jobs[0].Id[1:] },
		"job twice":              func(g *custody.GenesisState) { g.Jobs = append(g.Jobs, g.Jobs[0]) },
		"job of a void seat":     func(g *custody.GenesisState) { g.Seats[0].State = custody.SEAT_STATE_VOID },
		"emitted without emission height": func(g *custody.GenesisState) {
			g.Seats[0].State = custody.SEAT_STATE_EMITTED
		},
		"emission of a free seat": func(g *custody.GenesisState) {
			g.Emissions = []custody.Emission{{RequestId: g.Seats[0].RequestId, Seat: 3, DatasetId: g.Seats[0].DatasetId}}
		},
		"emission of another dataset": func(g *custody.GenesisState) {
			g.Emissions = []custody.Emission{{RequestId: g.Seats[0].RequestId, DatasetId: g.Seats[0].RequestId}}
		},
		"release of an open seat": func(g *custody.GenesisState) {
			g.Emissions = []custody.Emission{{RequestId: g.Seats[0].RequestId, DatasetId: g.Seats[0].DatasetId}}
			g.Releases = []custody.Release{{RequestId: g.Seats[0].RequestId, S: make([]byte, 32)}}
		},
	} {
		g := custody.DefaultGenesis()
		seat := validSeat()
		g.Seats, g.Seen = []custody.Seat{seat}, [][]byte{seat.Q}
		g.Jobs = []custody.Job{
			{
				Id: make(
					[]byte,
					32,
				),
				RequestId: seat.RequestId,
				DatasetId: seat.DatasetId,
				Version:   seat.Version,
				B:         seat.B,
			},
		}
		require.NoError(t, g.Validate())
		spoil(g)
		require.Error(t, g.Validate(), name)
	}
}

func TestGenesis_RequestsAndInspections(t *testing.T) {
	fresh := func() *custody.GenesisState {
		g := custody.DefaultGenesis()
		g.Terms, g.Closed = []custody.Terms{{RequestId: someID()}}, []string{someID()}
		g.Inspections = []custody.Inspection{{
			Id: someID(), DatasetId: someID(), Owner: address(1), Organisation: address(2),
			State: custody.INSPECTION_STATE_REQUESTED, Bond: sdk.NewInt64Coin("uvol", 0),
		}}
		return g
	}
	require.NoError(t, fresh().Validate())
	for name, spoil := range map[string]func(*custody.GenesisState){
		"terms of nothing":      func(g *custody.GenesisState) { g.Terms[0].RequestId = "x" },
		"terms twice":           func(g *custody.GenesisState) { g.Terms = append(g.Terms, g.Terms[0]) },
		"closed without terms":  func(g *custody.GenesisState) { g.Terms = nil },
		"inspection of no name": func(g *custody.GenesisState) { g.Inspections[0].Id = "" },
		"inspection twice":      func(g *custody.GenesisState) { g.Inspections = append(g.Inspections, g.Inspections[0]) },
		"of no dataset":         func(g *custody.GenesisState) { g.Inspections[0].DatasetId = "" },
		"of no state":           func(g *custody.GenesisState) { g.Inspections[0].State = 0 },
		"of an unknown state":   func(g *custody.GenesisState) { g.Inspections[0].State = 8 },
		"of no owner":           func(g *custody.GenesisState) { g.Inspections[0].Owner = "" },
		"for nobody":            func(g *custody.GenesisState) { g.Inspections[0].Organisation = "x" },
		"without a bond":        func(g *custody.GenesisState) { g.Inspections[0].Bond = sdk.Coin{} },
		"with a negative bond": func(g *custody.GenesisState) {
			g.Inspections[0].Bond.Amount = sdkmath.NewInt(-1)
		},
	} {
		g := fresh()
		spoil(g)
		require.Error(t, g.Validate(), name)
	}
}
