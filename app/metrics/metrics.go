// Package metrics shows an operator what the committee and this node do: shares sent and
// missed, batches, releases and how long they took, the epoch and its runs, how far the
// live shares are above T, injections that were omitted, extensions that were bad.
//
// An Observer looks at what has happened: it is told of each vote after it was made, of
// each block after it was executed, and reads the state that was committed. Nothing reads
// it back, it writes nothing, and a panic in it ends in a log line: a node's votes and
// state are the same without it. Vote extensions are decoded once more, some microseconds;
// the share file is looked at in the background.
//
// Every instrument exists twice: for Prometheus in the default registry, which CometBFT
// serves on :26660/metrics, and for OpenTelemetry in the global meter, which
// config/otel.yaml of the SDK sends where an operator likes.
package metrics

import (
	"bytes"
	"context"
	"fmt"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"

	"cosmossdk.io/log/v2"
	abci "github.com/cometbft/cometbft/abci/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/app/voteext"
	"github.com/volens-network/volens/x/custody"
)

// State is the committed state that an observer reads.
type State struct {
	// Queries are those of x/custody.
	Queries Queries
	// Batches has what votes answer.
	Batches Batches
	// Validators finds an operator by its consensus address.
	Validators voteext.Validators
}

// Queries are the two of x/custody's queries that an observer asks.
type Queries interface {
	Key(context.Context, *custody.QueryKeyRequest) (*custody.QueryKeyResponse, error)
	Run(context.Context, *custody.QueryRunRequest) (*custody.QueryRunResponse, error)
}

// Batches are the batches around the present; BatchAt has no jobs where there is none.
type Batches interface {
	BatchAt(ctx context.Context, height int64) (custody.Batch, error)
}

// Meters are where the instruments go. Nil fields stand for the defaults: the registry
// that CometBFT serves, and OpenTelemetry's global meter.
type Meters struct {
	Registry prometheus.Registerer
	Meter    metric.Meter
}

// Observer counts for one node. A nil one counts nothing.
type Observer struct {
	state  State
	self   *voteext.Self
	logger log.Logger
	show   *instruments

	mu       sync.Mutex
	operator []byte // of this node
	// wanted is how many shares the batch of wantedAt asks of this node, -1 once it voted.
	wanted   int
	wantedAt int64
	expected bool      // the next block should carry an injection
	looked   int64     // height of the last look at the share file
	lookedAt [2]uint64 // the key and the epoch that it was for
}

// New makes the observer of a node. self is nil for a node that is no validator.
func New(state State, self *voteext.Self, logger log.Logger, meters Meters) (*Observer, error) {
	if meters.Registry == nil {
		meters.Registry = prometheus.DefaultRegisterer
	}
	if meters.Meter == nil {
		meters.Meter = otel.Meter(scope)
	}
	show, err := newInstruments(meters.Registry, meters.Meter)
	if err != nil {
		return nil, fmt.Errorf("custody metrics: %w", err)
	}
	return &Observer{
		state: state, self: self, logger: logger.With(log.ModuleKey, "metrics"), show: show, wanted: -1,
	}, nil
}

// contain keeps a fault of the observer from its node.
func (o *Observer) contain() {
	if cause := recover(); cause != nil {
		o.logger.Error("figures are incomplete", "panic", fmt.Sprint(cause))
	}
}

// Finalized looks at a block that was executed.
func (o *Observer) Finalized(req *abci.RequestFinalizeBlock, resp *abci.ResponseFinalizeBlock) {
	if o == nil {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	defer o.contain()
	own := o.self != nil && bytes.Equal(req.ProposerAddress, o.self.Consensus)
	if o.expected {
		o.show.injectionsExpected.add(1)
		if len(req.Txs) == 0 || !voteext.Marked(req.Txs[0]) {
			o.show.injectionsOmitted.add(1)
			if own {
				o.show.ownOmitted.add(1)
			}
		}
	}
	o.events(req.Height, resp.Events)
	for _, result := range resp.TxResults {
		o.events(req.Height, result.Events)
	}
}

// events counts what custody announced.
func (o *Observer) events(height int64, list []abci.Event) {
	for _, event := range list {
		switch event.Type {
		case "volens.custody.v1.EventReleased",
			"volens.custody.v1.EventSeatVoid",
			"volens.custody.v1.EventBadExtension":
		default:
			continue
		}
		parsed, err := sdk.ParseTypedEvent(event)
		if err != nil {
			o.logger.Error("figures are incomplete", "event", event.Type, "reason", err.Error())
			continue
		}
		switch e := parsed.(type) {
		case *custody.EventReleased:
			o.show.releases.add(1)
			o.show.latency.observe(float64(height - e.ReadyHeight))
		case *custody.EventSeatVoid:
			o.show.voids.add(1)
		case *custody.EventBadExtension:
			o.show.badExtensions.add(1)
			if o.self != nil && bytes.Equal(e.Operator, o.operator) {
				o.show.ownBad.add(1)
			}
		}
	}
}

// Voted looks at the extension that this node has made for a height.
func (o *Observer) Voted(height int64, extension []byte) {
	if o == nil {
		return
	}
	defer o.contain()
	o.mu.Lock()
	defer o.mu.Unlock()
	if height != o.wantedAt || o.wanted < 0 {
		return
	}
	wanted := o.wanted
	o.wanted = -1 // another round of the height counts no second time
	sent := 0
	if len(extension) > 0 {
		decoded, err := voteext.DecodeExtension(extension)
		if err != nil {
			o.logger.Error("figures are incomplete", "height", height, "reason", err.Error())
			return
		}
		sent = len(decoded.Shares) / custody.PointSize
	} else if wanted > 0 {
		o.show.emptyVotes.add(1)
	}
	o.show.sharesSent.add(sent)
	o.show.sharesMissed.add(wanted - sent)
}
