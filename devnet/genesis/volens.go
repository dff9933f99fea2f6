package genesis

import (
	"fmt"
	"slices"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/volens-network/volens/app"
	"github.com/volens-network/volens/devnet"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/market"
)

// addVolens puts the organisations, templates and codebooks of a spec into our own
// modules, with the parameters of a devnet.
func addVolens(cdc codec.JSONCodec, genesis app.Genesis, spec devnet.Spec) error {
	organisations := make([]attestation.Organisation, len(spec.Organisations))
	for i, o := range spec.Organisations {
		organisation, err := organisation(o)
		if err != nil {
			return fmt.Errorf("organisation %s: %w", o.Address, err)
		}
		organisations[i] = organisation
	}
	patch(cdc, genesis, attestation.ModuleName, func(s *attestation.GenesisState) {
		s.Params = attestation.DevnetParams()
		s.Organisations = organisations
	})
	patch(cdc, genesis, consent.ModuleName, func(s *consent.GenesisState) {
		for _, t := range spec.Templates {
			s.Templates = append(s.Templates, consent.Template{Id: t.ID, Language: t.Language, TextSha256: t.SHA256})
		}
		for _, c := range spec.Codebooks {
			s.Codebooks = append(s.Codebooks, consent.Codebook{Version: c.Version, Root: c.Root, Size_: c.Size})
		}
	})
	patch(cdc, genesis, custody.ModuleName, func(s *custody.GenesisState) {
		s.Params = custody.DevnetParams()
		if spec.EpochLength > 0 {
			s.Params.EpochLength = spec.EpochLength
		}
	})
	patch(cdc, genesis, market.ModuleName, func(s *market.GenesisState) { s.Params = market.DevnetParams() })
	return nil
}

func organisation(o devnet.Organisation) (attestation.Organisation, error) {
	bond, err := sdk.ParseCoinNormalized(o.Bond)
	if err != nil {
		return attestation.Organisation{}, fmt.Errorf("bond %q: %w", o.Bond, err)
	}
	kind, known := attestation.OrganisationKind_value["ORGANISATION_KIND_"+o.Kind]
	if !known {
		return attestation.Organisation{}, fmt.Errorf("unknown kind %q", o.Kind)
	}
	out := attestation.Organisation{
		Address: o.Address, Kind: attestation.OrganisationKind(kind), Country: o.Country,
		Status: attestation.ORGANISATION_STATUS_ACTIVE, Bond: bond, Locked: sdk.NewInt64Coin(bond.Denom, 0),
	}
	for _, name := range o.Roles {
		role, known := attestation.Role_value["ROLE_"+name]
		if !known {
			return attestation.Organisation{}, fmt.Errorf("unknown role %q", name)
		}
		out.Roles = append(out.Roles, attestation.Role(role))
	}
	if slices.Contains(out.Roles, attestation.ROLE_GATEWAY) {
		out.Gateway = &attestation.GatewayInfo{
			BaseUrl: o.BaseURL, Recipient: o.Recipient, TermsSha256: make([]byte, 32),
		}
	}
	return out, nil
}

// bondBalances are the coins behind the organisations' bonds, in the module's account.
func bondBalances(spec devnet.Spec) ([]banktypes.Balance, error) {
	var total sdk.Coins
	for _, o := range spec.Organisations {
		bond, err := sdk.ParseCoinNormalized(o.Bond)
		if err != nil {
			return nil, fmt.Errorf("bond of %s: %w", o.Address, err)
		}
		total = total.Add(bond)
	}
	if total.Empty() {
		return nil, nil
	}
	return []banktypes.Balance{{Address: moduleAddress(attestation.ModuleName), Coins: total}}, nil
}

func moduleAddress(name string) string { return authtypes.NewModuleAddress(name).String() }

func isModule(address string) bool { return address == moduleAddress(attestation.ModuleName) }
