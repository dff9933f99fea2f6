package chain

import (
	"context"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	"github.com/cosmos/gogoproto/proto"

	"github.com/volens-network/volens/client/fault"
)

// signatureSize is the length of a secp256k1 signature; the simulated one is as long.
const signatureSize = 64

// Signer is an account that can sign. Package client/home has one from a wallet.
type Signer interface {
	// Address is the account's address.
	Address() sdk.AccAddress
	// PubKey is the key that belongs to the address.
	PubKey() cryptotypes.PubKey
	// Sign signs the bytes of a SignDoc. A hardware key may ask a person first.
	Sign(ctx context.Context, document []byte) ([]byte, error)
}

// Tx is what to send and how to pay for it.
type Tx struct {
	Msgs []sdk.Msg
	Memo string
	// Free offers no fee, whatever the gas price: for the zero-fee lane, which takes one
	// revocation, or one withdrawal of an inspection, without a memo.
	Free bool
	// Granter pays the fee by an allowance of x/feegrant, if not nil.
	Granter sdk.AccAddress
	// Gas is the limit; if zero the chain is asked what the messages need, and 30 % are added.
	Gas uint64
}

// draft is a transaction before it is signed.
type draft struct {
	tx            Tx
	chainID       string
	account       Account
	pubKey        *codectypes.Any
	timeoutHeight uint64
	gas           uint64
	fee           sdk.Coins
}

// body returns the bytes of the TxBody.
func (d *draft) body() ([]byte, error) {
	body := txtypes.TxBody{Memo: d.tx.Memo, TimeoutHeight: d.timeoutHeight}
	for _, msg := range d.tx.Msgs {
		packed, err := codectypes.NewAnyWithValue(msg)
		if err != nil {
			return nil, fault.E(fault.Usage, "pack %T: %w", msg, err)
		}
		body.Messages = append(body.Messages, packed)
	}
	return marshal(&body)
}

// auth returns the bytes of the AuthInfo: one signer, SIGN_MODE_DIRECT.
func (d *draft) auth() ([]byte, error) {
	info := txtypes.AuthInfo{
		SignerInfos: []*txtypes.SignerInfo{{
			PublicKey: d.pubKey,
			ModeInfo: &txtypes.ModeInfo{Sum: &txtypes.ModeInfo_Single_{
				Single: &txtypes.ModeInfo_Single{Mode: signing.SignMode_SIGN_MODE_DIRECT},
			}},
			Sequence: d.account.Sequence,
		}},
		Fee: &txtypes.Fee{Amount: d.fee, GasLimit: d.gas},
	}
	if d.tx.Granter != nil {
		info.Fee.Granter = d.tx.Granter.String()
	}
	return marshal(&info)
}

// signed returns the bytes to broadcast.
func (d *draft) signed(ctx context.Context, signer Signer) ([]byte, error) {
	body, err := d.body()
	if err != nil {
		return nil, err
	}
	auth, err := d.auth()
	if err != nil {
		return nil, err
	}
	document, err := marshal(&txtypes.SignDoc{
		BodyBytes: body, AuthInfoBytes: auth, ChainId: d.chainID, AccountNumber: d.account.Number,
	})
	if err != nil {
		return nil, err
	}
	signature, err := signer.Sign(ctx, document)
	if err != nil {
		return nil, fault.E(fault.KindOf(err), "sign for %s: %w", d.account.Address, err)
	}
	return marshal(&txtypes.TxRaw{BodyBytes: body, AuthInfoBytes: auth, Signatures: [][]byte{signature}})
}

// unsigned returns the bytes to simulate: a signature of the right length, all zero.
func (d *draft) unsigned() ([]byte, error) {
	body, err := d.body()
	if err != nil {
		return nil, err
	}
	auth, err := d.auth()
	if err != nil {
		return nil, err
	}
	return marshal(&txtypes.TxRaw{
		BodyBytes: body, AuthInfoBytes: auth, Signatures: [][]byte{make([]byte, signatureSize)},
	})
}

func marshal(message proto.Message) ([]byte, error) {
	raw, err := proto.Marshal(message)
	if err != nil {
		return nil, fault.E(fault.Internal, "encode %T: %w", message, err)
	}
	return raw, nil
}
