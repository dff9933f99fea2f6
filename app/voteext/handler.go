package voteext

import (
	"context"
	"crypto/sha256"
	"io"
	"sync"

	"cosmossdk.io/log/v2"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/custody/keeper"
	"github.com/volens-network/volens/x/custody/share"
)

// Reader is the state that extensions answer; the keeper of x/custody.
type Reader interface {
	BatchReader
	RunReader
	// Budget is how many bytes of content an extension may have.
	Budget(ctx context.Context) (int, error)
}

// BatchReader tells what is to be opened.
type BatchReader interface {
	// BatchAt has no jobs where there is no batch.
	BatchAt(ctx context.Context, height int64) (custody.Batch, error)
	Committee(ctx context.Context, keyID, epoch uint64) (*threshold.Committee, error)
	// KeptShares are those that earlier heights left for the jobs of a batch.
	KeptShares(ctx context.Context, height int64) ([]threshold.KeptShare, error)
	// Spent reports whether the shares of an epoch are to be erased.
	Spent(ctx context.Context, keyID, epoch uint64) (bool, error)
}

// RunReader tells what was said in a run.
type RunReader interface {
	// RunView is the newest run, open or finished; RunOpen tells which.
	RunView(ctx context.Context) (keeper.RunView, error)
	RunOpen(ctx context.Context) (bool, error)
}

// Writer is what a valid injection changes; the keeper of x/custody. None of its
// methods fails for what a block contains.
type Writer interface {
	ReleaseWriter
	RunWriter
}

// ReleaseWriter is told what the committee opened.
type ReleaseWriter interface {
	StoreReleases(ctx context.Context, height int64, done []threshold.Combined)
	// KeepShares keeps verified shares of jobs that are not finished.
	KeepShares(ctx context.Context, height int64, shares []threshold.KeptShare)
	// SettleRevoking ends what was revoked in the block in which it stood in a batch.
	SettleRevoking(ctx context.Context, height int64)
	RecordBad(ctx context.Context, height int64, operator []byte)
	// RecordPresence counts who was left out of an injection.
	RecordPresence(ctx context.Context, height int64, proposer sdk.ConsAddress, present [][]byte)
}

// RunWriter is told what validators say in a run.
type RunWriter interface {
	ApplyRunMessages(ctx context.Context, operator []byte, messages []custody.RunMessage)
	// CountInjection moves the windows of a run and the proposer's record.
	CountInjection(ctx context.Context, valid bool, proposer sdk.ConsAddress, expected bool)
}

// Self is who this node is. A node that is no validator has no Self.
type Self struct {
	// Consensus is the node's consensus address.
	Consensus sdk.ConsAddress
	// Secrets are its shares, its run keys and its guard.
	Secrets *share.Store
	// Rand is where its randomness comes from.
	Rand io.Reader
}

// Handler answers the five calls of the walk in doc.go.
type Handler struct {
	reader     Reader
	writer     Writer
	validators Validators
	lane       Lane
	decode     sdk.TxDecoder
	logger     log.Logger
	self       *Self
	dealer     *dealer

	mu     sync.Mutex
	cached roundKey
	last   *threshold.Round
}

// roundKey names a round by everything that goes into it.
type roundKey struct {
	chain string
	batch [sha256.Size]byte
}

// New makes the handler of a node. self is nil for a node that is no validator.
func New(
	reader Reader,
	writer Writer,
	validators Validators,
	lane Lane,
	decode sdk.TxDecoder,
	logger log.Logger,
	self *Self,
) *Handler {
	h := &Handler{
		reader: reader, writer: writer, validators: validators, lane: lane, decode: decode,
		logger: logger.With(log.ModuleKey, "voteext"), self: self,
	}
	if self != nil {
		h.dealer = &dealer{self: self}
	}
	return h
}

// round is the batch of a height with its committee, or nil if there is no batch. The
// last one is kept: Prepare, Process and PreBlock look at the same.
func (h *Handler) round(ctx sdk.Context, height int64) (*threshold.Round, error) {
	batch, err := h.reader.BatchAt(ctx, height)
	if err != nil || len(batch.Jobs) == 0 {
		return nil, err
	}
	raw, err := batch.Marshal()
	if err != nil {
		return nil, err
	}
	key := roundKey{chain: ctx.HeaderInfo().ChainID, batch: sha256.Sum256(raw)}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.last != nil && h.cached == key {
		return h.last, nil
	}
	committee, err := h.reader.Committee(ctx, batch.KeyId, batch.Epoch)
	if err != nil {
		return nil, err
	}
	jobs := make([]threshold.Job, len(batch.Jobs))
	for i, job := range batch.Jobs {
		copy(jobs[i].ID[:], job.Id)
		jobs[i].B = job.B
	}
	round, err := threshold.NewRound(committee, key.chain, uint64(height), jobs) //nolint:gosec // heights are positive
	if err != nil {
		return nil, err
	}
	h.cached, h.last = key, round
	return round, nil
}

// merged is the round of a height together with the shares that were kept for its
// jobs, or nil if there is no batch. It is what a proposal for the next height, and all
// checks of it, go by.
func (h *Handler) merged(ctx sdk.Context, height int64) (*threshold.Round, error) {
	round, err := h.round(ctx, height)
	if err != nil || round == nil {
		return nil, err
	}
	kept, err := h.reader.KeptShares(ctx, height)
	if err != nil || len(kept) == 0 {
		return round, err
	}
	return round.Merge(kept)
}

// expected reports whether the block after a height should carry an injection.
func (h *Handler) expected(ctx sdk.Context, height int64) (bool, error) {
	batch, err := h.reader.BatchAt(ctx, height)
	if err != nil || len(batch.Jobs) > 0 {
		return err == nil, err
	}
	return h.reader.RunOpen(ctx)
}
