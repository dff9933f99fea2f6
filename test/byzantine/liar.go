package byzantine

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"strings"
	"sync"
	"time"

	"cosmossdk.io/log/v2"
	abci "github.com/cometbft/cometbft/abci/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/app"
	"github.com/volens-network/volens/app/voteext"
	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/custody/keeper"
)

// Variables of the environment that a lying node reads.
const (
	// PlanVariable names the file with the name of the present lie; empty or missing is honest.
	PlanVariable = "VOLENS_BYZANTINE_PLAN"
	// LogVariable names the file to which each lie is appended as a Told.
	LogVariable = "VOLENS_BYZANTINE_LOG"
	// DelayVariable is how long a late precommit waits, as time.ParseDuration reads it.
	DelayVariable = "VOLENS_BYZANTINE_DELAY"
)

const (
	fileMode     = 0o600
	defaultDelay = 600 * time.Millisecond
)

// Told is one lie, a line of the log.
type Told struct {
	Lie string `json:"lie"`
	// Height of the vote, or of the proposal.
	Height int64 `json:"height"`
}

// reader is the committed state that lies are made from.
type reader interface {
	BatchAt(ctx context.Context, height int64) (custody.Batch, error)
	Committee(ctx context.Context, keyID, epoch uint64) (*threshold.Committee, error)
	RunView(ctx context.Context) (keeper.RunView, error)
}

// Liar is a node that lies when its plan says so.
type Liar struct {
	honest     *voteext.Handler
	reader     reader
	validators voteext.Validators
	self       *voteext.Self
	logger     log.Logger
	plan, log  string
	delay      time.Duration

	mu sync.Mutex
	// What was seen before, for lies that repeat it.
	transaction []byte                            // of a user
	injection   []byte                            // of the last own or foreign proposal
	commit      *abci.ExtendedCommitInfo          // of the last own proposal
	others      map[string]*custody.VoteExtension // by consensus address, of the block before
}

// New makes the liar of a node. It shares the node's secrets: what it saves, PreBlock erases.
func New(node *app.App, logger log.Logger, variable func(string) string) (*Liar, error) {
	l := &Liar{
		honest: node.Votes(), reader: node.Volens.Custody, validators: node.Cosmos.Staking, self: node.Self(),
		logger: logger.With(log.ModuleKey, "byzantine"),
		plan:   variable(PlanVariable), log: variable(LogVariable), delay: defaultDelay,
		others: map[string]*custody.VoteExtension{},
	}
	if text := variable(DelayVariable); text != "" {
		var err error
		if l.delay, err = time.ParseDuration(text); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// Possess puts the liar in the place of the honest handlers of a node that has not loaded
// its state yet. PreBlock stays honest: a node that executes another block than the
// others only harms itself.
func (l *Liar) Possess(node *app.App) {
	node.SetExtendVoteHandler(l.ExtendVote)
	node.SetVerifyVoteExtensionHandler(l.VerifyVoteExtension)
	node.SetPrepareProposal(l.PrepareProposal)
	node.SetProcessProposal(l.ProcessProposal)
}

// VerifyVoteExtension takes whatever this node says itself, for CometBFT asks a node about
// its own extension and ends it when it says no; about others it is honest.
func (l *Liar) VerifyVoteExtension(
	ctx sdk.Context, req *abci.RequestVerifyVoteExtension,
) (*abci.ResponseVerifyVoteExtension, error) {
	if l.self != nil && string(req.ValidatorAddress) == string(l.self.Consensus) {
		return &abci.ResponseVerifyVoteExtension{Status: abci.ResponseVerifyVoteExtension_ACCEPT}, nil
	}
	return l.honest.VerifyVoteExtension(ctx, req)
}

// ProcessProposal is honest, and remembers what it sees.
func (l *Liar) ProcessProposal(
	ctx sdk.Context, req *abci.RequestProcessProposal,
) (*abci.ResponseProcessProposal, error) {
	l.remember(req.Txs)
	return l.honest.ProcessProposal(ctx, req)
}

// remember keeps what a proposal shows, for lies to come.
func (l *Liar) remember(txs [][]byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, raw := range txs {
		if !voteext.Marked(raw) {
			l.transaction = raw
			continue
		}
		told, err := takeApart(raw)
		if err != nil {
			continue
		}
		l.injection = raw
		for _, vote := range told.commit.Votes {
			if extension, err := voteext.DecodeExtension(vote.VoteExtension); err == nil && len(extension.Shares) > 0 {
				l.others[string(vote.Validator.Address)] = extension
			}
		}
	}
}

// present is the name of the lie that the plan asks for, empty for none.
func (l *Liar) present() string {
	raw, err := os.ReadFile(l.plan)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			l.logger.Error("no plan", "reason", err.Error())
		}
		return ""
	}
	return strings.TrimSpace(string(raw))
}

// told logs a lie. A lie that cannot be logged is told all the same.
func (l *Liar) told(name string, height int64) {
	line, err := json.Marshal(Told{Lie: name, Height: height})
	if err == nil {
		err = appendLine(l.log, line)
	}
	if err != nil {
		l.logger.Error("lie not logged", "reason", err.Error())
	}
}

func appendLine(path string, line []byte) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, fileMode)
	if err != nil {
		return err
	}
	_, err = file.Write(append(line, '\n'))
	return errors.Join(err, file.Close())
}
