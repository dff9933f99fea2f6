package app

import (
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/auth/ante"
	ibcante "github.com/cosmos/ibc-go/v11/modules/core/ante"
)

// newAnteHandler is what every transaction passes before its messages run.
func newAnteHandler(app *App) (sdk.AnteHandler, error) {
	k := &app.Cosmos
	return sdk.ChainAnteDecorators(
		ante.NewSetUpContextDecorator(),
		ante.NewExtensionOptionsDecorator(nil),
		ante.NewValidateBasicDecorator(),
		ante.NewTxTimeoutHeightDecorator(),
		ante.NewValidateMemoDecorator(k.Account),
		ante.NewConsumeGasForTxSizeDecorator(k.Account),
		ante.NewDeductFeeDecorator(k.Account, k.Bank, k.FeeGrant, nil),
		ante.NewSetPubKeyDecorator(k.Account),
		ante.NewValidateSigCountDecorator(k.Account),
		ante.NewSigGasConsumeDecorator(k.Account, ante.DefaultSigVerificationGasConsumer),
		ante.NewSigVerificationDecorator(k.Account, app.encoding.TxConfig.SignModeHandler()),
		ante.NewIncrementSequenceDecorator(k.Account),
		ibcante.NewRedundantRelayDecorator(k.IBC),
	), nil
}
