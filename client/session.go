package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/client/home"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
)

// Session is one user at work. Home, Wallet, Chain, Rand and Now are needed; a Session
// without a Wallet can only look.
type Session struct {
	// Home keeps the journals, Dir is its folder: ingests spool ciphertext below it.
	Home *home.Home
	Dir  string
	// Wallet is unlocked. Account is who signs for a role, home.MainAccount if empty;
	// for a dataset signs the account that owns it.
	Wallet  *home.Wallet
	Account string
	Chain   *chain.Client
	// HTTP reaches gateways, http.DefaultClient if nil. Gateway overrides the URL that
	// the chain names, for a session with one gateway.
	HTTP    *http.Client
	Gateway string
	// Sponsor brings accounts onto the chain; if nil, gateways are asked.
	Sponsor Sponsor
	// Trust proves what files are sealed to; nil takes the node's word.
	Trust    *Trust
	Rand     io.Reader
	Now      func() time.Time
	Progress Progress
	// Version is the program's, for reports.
	Version string

	reach dialer // instead of HTTP, in tests
}

// Sponsor brings an account that the chain does not know into being, so that it can sign.
type Sponsor interface {
	Sponsor(ctx context.Context, signer chain.Signer) error
}

// KeySponsor sends one uvol from an account.
type KeySponsor struct {
	Chain  *chain.Client
	Signer chain.Signer
}

// Sponsor implements Sponsor.
func (k KeySponsor) Sponsor(ctx context.Context, signer chain.Signer) error {
	_, err := k.Chain.Send(ctx, k.Signer, &banktypes.MsgSend{
		FromAddress: k.Signer.Address().String(), ToAddress: signer.Address().String(),
		Amount: sdk.NewCoins(sdk.NewInt64Coin(chain.BondDenom, 1)),
	})
	return within("sponsor", err)
}

// signer signs for the session's account.
func (s *Session) signer() (chain.Signer, error) {
	if s.Wallet == nil {
		return nil, usage("no wallet: make one with volens keys new")
	}
	name := s.Account
	if name == "" {
		name = home.MainAccount
	}
	return s.Wallet.Signer(name)
}

// owner signs for the account that owns a dataset.
func (s *Session) owner(ctx context.Context, datasetID string) (chain.Signer, error) {
	if _, err := parseID("dataset", datasetID); err != nil {
		return nil, err
	}
	answer, err := s.Chain.Datasets().Dataset(ctx, &dataset.QueryDatasetRequest{DatasetId: datasetID})
	if err != nil {
		return nil, err
	}
	return s.own(answer.Dataset.Owner)
}

// own signs for an address of the wallet.
func (s *Session) own(address string) (chain.Signer, error) {
	if s.Wallet == nil {
		return nil, usage("no wallet: make one with volens keys new")
	}
	for _, account := range s.Wallet.Accounts() {
		if account.Address == address {
			return s.Wallet.Signer(account.Name)
		}
	}
	return nil, fault.Refuse([]string{"NOT_OWNER"}, "%s is not an account of this wallet", address)
}

// send signs and sends messages, after a sponsor has brought the account into being
// where that is needed.
func (s *Session) send(ctx context.Context, signer chain.Signer, msgs ...sdk.Msg) (*chain.Receipt, error) {
	return s.sendTx(ctx, signer, chain.Tx{Msgs: msgs})
}

func (s *Session) sendTx(ctx context.Context, signer chain.Signer, tx chain.Tx) (*chain.Receipt, error) {
	_, err := s.Chain.EnsureAccount(ctx, signer.Address())
	if fault.Is(err, fault.NotFound) {
		err = s.sponsored(ctx, signer, err)
	}
	if err != nil {
		return nil, err
	}
	return s.Chain.SendTx(ctx, signer, tx)
}

// sponsored has an account brought into being, and waits until the node knows it.
func (s *Session) sponsored(ctx context.Context, signer chain.Signer, unknown error) error {
	sponsor := s.Sponsor
	if sponsor == nil {
		sponsor = gatewaySponsor{session: s}
	}
	step(s.Progress, fmt.Sprintf("%s is new: a sponsor brings it onto the chain", signer.Address()))
	if err := sponsor.Sponsor(ctx, signer); err != nil {
		return errors.Join(err, unknown) // The sponsor's refusal decides what the error is.
	}
	return s.retry(ctx, func() error {
		_, err := s.Chain.EnsureAccount(ctx, signer.Address())
		if fault.Is(err, fault.NotFound) {
			return fault.Wrap(fault.Unavailable, err)
		}
		return err
	})
}

// Done is a transaction that the chain accepted.
type Done struct {
	TxHash string `json:"tx_hash"`
	Height int64  `json:"height"`
}

func done(receipt *chain.Receipt) *Done { return &Done{TxHash: receipt.TxHash, Height: receipt.Height} }

// activeKey is the newest committee key. While the committee is still making it, the
// call waits and says so.
func (s *Session) activeKey(ctx context.Context) (*threshold.Key, error) {
	var key *threshold.Key
	said := false
	err := s.Chain.Wait(ctx, func(ctx context.Context, at chain.Status) (bool, error) {
		answer, err := s.Chain.Custody().Key(ctx, &custody.QueryKeyRequest{})
		if err != nil && !fault.Is(err, fault.NotFound) {
			return false, err
		}
		if err == nil && answer.Key.Status == custody.KEY_STATUS_ACTIVE {
			proven, err := s.provenKey(ctx, answer.Key)
			if err != nil {
				return false, err
			}
			if proven.Status == custody.KEY_STATUS_ACTIVE { // Else it became so in this very block.
				key, err = threshold.NewKey(answer.OriginChainId, proven.KeyId, proven.Y)
				return true, err
			}
		}
		if !said {
			step(s.Progress, fmt.Sprintf("height %d: waiting for the committee's key to become active", at.Height))
			said = true
		}
		return false, nil
	})
	return key, err
}

// key is the committee key with an id, proven where a header is trusted.
func (s *Session) key(ctx context.Context, keyID uint64) (*threshold.Key, error) {
	answer, err := s.Chain.Custody().Key(ctx, &custody.QueryKeyRequest{KeyId: keyID})
	if err != nil {
		return nil, err
	}
	proven, err := s.provenKey(ctx, answer.Key)
	if err != nil {
		return nil, err
	}
	if proven.KeyId != keyID {
		return nil, differs(fmt.Sprintf("key %d of the committee", keyID))
	}
	return threshold.NewKey(answer.OriginChainId, proven.KeyId, proven.Y)
}

// prove fetches a value of the newest state that can be proven, and the header for it.
func (s *Session) prove(ctx context.Context, store string, key []byte) (*chain.Proof, *chain.Header, error) {
	proof, err := s.Chain.Prove(ctx, store, key, 0)
	if err != nil {
		return nil, nil, err
	}
	header, err := s.Chain.FetchHeader(ctx, proof.Height+1)
	if err != nil {
		return nil, nil, err
	}
	return proof, header, proof.Verify(header)
}

// folder is a folder below the session's, made if there is none.
func (s *Session) folder(name string) (string, error) {
	if s.Dir == "" {
		return "", fault.E(fault.Internal, "session has no folder")
	}
	path := filepath.Join(s.Dir, name)
	return path, os.MkdirAll(path, folderMode)
}

// drawID reads the random bytes that an id is derived from.
func (s *Session) drawID() ([]byte, error) {
	random := make([]byte, id.Size)
	_, err := io.ReadFull(s.Rand, random)
	return random, err
}

// free is a transaction for the zero-fee lane.
func free(msg sdk.Msg) chain.Tx { return chain.Tx{Free: true, Msgs: []sdk.Msg{msg}} }

// patience is how many blocks a gateway gets to see what the chain has decided.
const patience = 10

// retry repeats what is not available yet, once a block, for a while.
func (s *Session) retry(ctx context.Context, try func() error) error {
	for attempt := 0; ; attempt++ {
		err := try()
		if !fault.Is(err, fault.Unavailable) || attempt >= patience || ctx.Err() != nil {
			return err
		}
		at, failed := s.Chain.Status(ctx)
		if failed != nil {
			return err
		}
		if _, failed := s.Chain.WaitHeight(ctx, at.Height+1); failed != nil {
			return err
		}
	}
}
