package app

import (
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/auth/ante"
	ibcante "github.com/cosmos/ibc-go/v11/modules/core/ante"

	"github.com/volens-network/volens/app/voteext"
	consentante "github.com/volens-network/volens/x/consent/ante"
)

// newAnteHandler is what every transaction passes before its messages run.
func newAnteHandler(app *App) sdk.AnteHandler {
	k := &app.Cosmos
	return sdk.ChainAnteDecorators(
		voteext.RefuseMarker{},
		consentante.NewRefuseWrapped(app.encoding.Registry),
		ante.NewSetUpContextDecorator(),
		ante.NewExtensionOptionsDecorator(nil),
		ante.NewValidateBasicDecorator(),
		ante.NewTxTimeoutHeightDecorator(),
		ante.NewValidateMemoDecorator(k.Account),
		ante.NewConsumeGasForTxSizeDecorator(k.Account),
		app.revokeLane(),
		ante.NewDeductFeeDecorator(k.Account, k.Bank, k.FeeGrant, consentante.FeeChecker()),
		ante.NewSetPubKeyDecorator(k.Account),
		ante.NewValidateSigCountDecorator(k.Account),
		ante.NewSigGasConsumeDecorator(k.Account, ante.DefaultSigVerificationGasConsumer),
		ante.NewSigVerificationDecorator(k.Account, app.encoding.TxConfig.SignModeHandler()),
		ante.NewIncrementSequenceDecorator(k.Account),
		ibcante.NewRedundantRelayDecorator(k.IBC),
	)
}

// revokeLane is the zero-fee lane.
func (app *App) revokeLane() consentante.RevokeLane {
	return consentante.NewRevokeLane(app.Volens.Consent, app.Volens.Custody)
}
