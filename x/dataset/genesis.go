package dataset

import errorsmod "cosmossdk.io/errors"

// maxChainID is the length that CometBFT allows a chain id.
const maxChainID = 50

// DefaultGenesis is a chain without datasets, whose own id is the origin.
func DefaultGenesis() *GenesisState { return &GenesisState{} }

// Validate reports the first entry that the module could not have exported.
func (g GenesisState) Validate() error {
	if len(g.OriginChainId) > maxChainID {
		return errorsmod.Wrapf(
			ErrInvalid,
			"origin_chain_id has %d bytes, more than %d",
			len(g.OriginChainId),
			maxChainID,
		)
	}
	known := make(map[string]Dataset, len(g.Datasets))
	for _, d := range g.Datasets {
		if err := d.Validate(); err != nil {
			return err
		}
		if _, ok := known[d.Id]; ok {
			return errorsmod.Wrapf(ErrExists, "dataset %s stands twice", d.Id)
		}
		known[d.Id] = d
	}
	type holder struct{ dataset, gateway string }
	held := make(map[holder]bool, len(g.Receipts))
	for _, r := range g.Receipts {
		if err := r.Validate(); err != nil {
			return err
		}
		d, ok := known[r.DatasetId]
		if !ok {
			return errorsmod.Wrapf(ErrNotFound, "receipt of %s", r.DatasetId)
		}
		if r.Version != d.Version {
			return errorsmod.Wrapf(ErrReceipt, "of %s: version %d, not %d", r.DatasetId, r.Version, d.Version)
		}
		if !d.Payload.Gateway(r.Gateway) {
			return errorsmod.Wrapf(ErrNotGateway, "receipt of %s by %s", r.DatasetId, r.Gateway)
		}
		key := holder{r.DatasetId, r.Gateway}
		if held[key] {
			return errorsmod.Wrapf(ErrReceipt, "of %s by %s stands twice", r.DatasetId, r.Gateway)
		}
		held[key] = true
	}
	return nil
}
