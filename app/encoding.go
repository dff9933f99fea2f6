package app

import (
	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/std"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"
	"github.com/cosmos/cosmos-sdk/x/tx/signing"
	"github.com/cosmos/gogoproto/proto"
)

// Encoding is how this chain turns messages into bytes and back.
type Encoding struct {
	Registry types.InterfaceRegistry
	Codec    codec.Codec
	Amino    *codec.LegacyAmino
	TxConfig client.TxConfig
}

// NewEncoding makes an encoding that knows the SDK's own types; the modules add theirs.
//
// Descriptors come from proto.MergedRegistry and not from proto.HybridResolver: that one
// registers each file when its Go file is initialised, and a message of a file that comes
// later in the same package stays without fields for ever. What is signed as amino JSON
// is written by descriptor, so such a message would be signed as {}, whatever is in it.
func NewEncoding() (Encoding, error) {
	files, err := proto.MergedRegistry()
	if err != nil {
		return Encoding{}, err
	}
	registry, err := types.NewInterfaceRegistryWithOptions(types.InterfaceRegistryOptions{
		ProtoFiles: files,
		SigningOptions: signing.Options{
			AddressCodec:          address.NewBech32Codec(sdk.GetConfig().GetBech32AccountAddrPrefix()),
			ValidatorAddressCodec: address.NewBech32Codec(sdk.GetConfig().GetBech32ValidatorAddrPrefix()),
		},
	})
	if err != nil {
		return Encoding{}, err
	}
	cdc := codec.NewProtoCodec(registry)
	amino := codec.NewLegacyAmino()
	std.RegisterLegacyAminoCodec(amino)
	std.RegisterInterfaces(registry)
	config, err := authtx.NewTxConfigWithOptions(cdc, authtx.ConfigOptions{
		EnabledSignModes: authtx.DefaultSignModes,
		SigningContext:   registry.SigningContext(),
		SigningOptions:   &signing.Options{FileResolver: registry},
	})
	if err != nil {
		return Encoding{}, err
	}
	return Encoding{Registry: registry, Codec: cdc, Amino: amino, TxConfig: config}, nil
}
