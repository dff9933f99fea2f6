package chain

import (
	"fmt"

	"github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/std"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
	"github.com/cosmos/cosmos-sdk/x/tx/signing"
	"github.com/cosmos/gogoproto/proto"

	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

// NewRegistry makes a registry of every message that a client sends or reads.
func NewRegistry() (codectypes.InterfaceRegistry, error) {
	// Not proto.HybridResolver: it leaves messages without fields where a package's files are
	// initialised in the wrong order.
	files, err := proto.MergedRegistry()
	if err != nil {
		return nil, fmt.Errorf("make registry: %w", err)
	}
	registry, err := codectypes.NewInterfaceRegistryWithOptions(codectypes.InterfaceRegistryOptions{
		ProtoFiles: files,
		SigningOptions: signing.Options{
			AddressCodec: address.NewBech32Codec(dataset.AddressPrefix),
			ValidatorAddressCodec: address.NewBech32Codec(
				dataset.AddressPrefix + sdk.PrefixValidator + sdk.PrefixOperator,
			),
		},
	})
	if err != nil {
		return nil, fmt.Errorf("make registry: %w", err)
	}
	for _, register := range []func(codectypes.InterfaceRegistry){
		std.RegisterInterfaces,
		authtypes.RegisterInterfaces,
		authz.RegisterInterfaces,
		banktypes.RegisterInterfaces,
		feegrant.RegisterInterfaces,
		stakingtypes.RegisterInterfaces,
		dataset.RegisterInterfaces,
		attestation.RegisterInterfaces,
		consent.RegisterInterfaces,
		custody.RegisterInterfaces,
		market.RegisterInterfaces,
	} {
		register(registry)
	}
	return registry, nil
}
