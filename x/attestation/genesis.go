package attestation

import (
	"fmt"

	errorsmod "cosmossdk.io/errors"
)

// DefaultGenesis is a chain on which nobody vouches for anything yet.
func DefaultGenesis() *GenesisState { return &GenesisState{Params: MainnetParams()} }

// Validate reports the first entry that the module could not have exported.
func (g GenesisState) Validate() error {
	if err := g.Params.Validate(); err != nil {
		return errorsmod.Wrap(err, "params")
	}
	known := make(map[string]Organisation, len(g.Organisations))
	for _, o := range g.Organisations {
		if err := o.Validate(); err != nil {
			return err
		}
		if o.Bond.Denom != g.Params.OrganisationBond.Denom {
			return errorsmod.Wrapf(
				ErrBond,
				"organisation %s: %s is not in %s",
				o.Address,
				o.Bond,
				g.Params.OrganisationBond.Denom,
			)
		}
		if _, ok := known[o.Address]; ok {
			return errorsmod.Wrapf(ErrExists, "organisation %s stands twice", o.Address)
		}
		known[o.Address] = o
	}
	if err := g.validateStatements(known); err != nil {
		return err
	}
	return g.validateChallenges(known)
}

// validateStatements checks what organisations said.
func (g GenesisState) validateStatements(known map[string]Organisation) error {
	seen := map[string]bool{}
	check := func(err error, by string, key ...any) error {
		if err != nil {
			return err
		}
		if _, ok := known[by]; !ok {
			return errorsmod.Wrapf(ErrNotFound, "organisation %s", by)
		}
		place := fmt.Sprintln(key...)
		if seen[place] {
			return errorsmod.Wrapf(ErrExists, "%s stands twice", place)
		}
		seen[place] = true
		return nil
	}
	for _, h := range g.Heartbeats {
		if err := check(h.Validate(), h.Gateway, "heartbeat", h.Gateway); err != nil {
			return err
		}
	}
	for _, d := range g.Deidentifications {
		if err := check(d.Validate(), d.Attestor, "deidentification", d.DatasetId, d.Version); err != nil {
			return err
		}
	}
	for _, a := range g.Approvals {
		if err := check(a.Validate(), a.Organisation, "approval", a.ProtocolSha256, a.Organisation); err != nil {
			return err
		}
	}
	for _, v := range g.Visas {
		if err := check(v.Validate(), v.Organisation, "visa", v.Researcher, v.Organisation); err != nil {
			return err
		}
	}
	return nil
}

// validateChallenges checks that each is of an attestation, and that the stakes
// of those that are open are locked.
func (g GenesisState) validateChallenges(known map[string]Organisation) error {
	type place struct {
		dataset string
		version uint64
	}
	attestor := make(map[place]string, len(g.Deidentifications))
	for _, d := range g.Deidentifications {
		attestor[place{d.DatasetId, d.Version}] = d.Attestor
	}
	seen := make(map[place]bool, len(g.Challenges))
	for _, c := range g.Challenges {
		if err := c.Validate(); err != nil {
			return err
		}
		key := place{c.DatasetId, c.Version}
		address, ok := attestor[key]
		if !ok {
			return errorsmod.Wrapf(ErrNotFound, "attestation of dataset %s version %d", c.DatasetId, c.Version)
		}
		if seen[key] {
			return errorsmod.Wrapf(ErrExists, "challenge of dataset %s version %d stands twice", c.DatasetId, c.Version)
		}
		seen[key] = true
		if c.Bond.Denom != g.Params.ChallengeBond.Denom {
			return errorsmod.Wrapf(ErrBond, "challenge of dataset %s: %s is not in %s",
				c.DatasetId, c.Bond, g.Params.ChallengeBond.Denom)
		}
		if !c.Open() {
			continue
		}
		o := known[address]
		if o.Locked.IsLT(c.Stake) {
			return errorsmod.Wrapf(ErrBond, "organisation %s: stakes are more than is locked", address)
		}
		o.Locked = o.Locked.Sub(c.Stake)
		known[address] = o
	}
	return nil
}
