package byzantine

import (
	"bytes"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/app/voteext"
	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/custody"
)

// operator is this node's operator address, 20 bytes.
func (l *Liar) operator(v vote) ([]byte, error) {
	validator, err := l.validators.ValidatorByConsAddr(v.ctx, l.self.Consensus)
	if err != nil {
		return nil, err
	}
	return sdk.ValAddressFromBech32(validator.GetOperator())
}

// badDeal gives every owner but the last the share of another one.
func badDeal(_ *Liar, v vote) ([]byte, error) {
	told := false
	for _, m := range v.honest.Run {
		deal := m.GetDeal()
		if deal == nil || len(deal.Data) < threshold.DealSize(2, 2) {
			continue
		}
		// The encrypted shares stand at the end.
		raw := bytes.Clone(deal.Data)
		end := len(raw)
		copy(raw[end-2*threshold.ScalarSize:end-threshold.ScalarSize], deal.Data[end-threshold.ScalarSize:])
		copy(raw[end-threshold.ScalarSize:], deal.Data[end-2*threshold.ScalarSize:end-threshold.ScalarSize])
		deal.Data, told = raw, true
	}
	if !told {
		return nil, errHonest
	}
	return voteext.EncodeExtension(v.honest)
}

// falseDispute accuses an honest dealer of a share that is right.
func falseDispute(l *Liar, v vote) ([]byte, error) {
	view, err := l.reader.RunView(v.ctx)
	if err != nil || view.Run.Phase != custody.PHASE_DISPUTE || view.Run.Finished {
		return nil, errHonest
	}
	operator, err := l.operator(v)
	if err != nil {
		return nil, err
	}
	var share uint64
	var accused []byte
	for i, owner := range view.Run.Owners {
		if bytes.Equal(owner, operator) {
			share = uint64(i) + 1
		} else {
			accused = owner
		}
	}
	if share == 0 || accused == nil {
		return nil, errHonest
	}
	dispute := threshold.Dispute{
		Dealer: threshold.Dealer{Operator: accused}, K: share,
		DH: threshold.CanaryPoint(custody.FirstKeyID), Proof: make([]byte, 2*threshold.PointSize+threshold.ScalarSize),
	}
	raw, err := dispute.MarshalBinary()
	if err != nil {
		return nil, err
	}
	v.honest.Run = append(v.honest.Run, custody.RunMessage{Message: &custody.RunMessage_Dispute{
		Dispute: &custody.Dispute{Accuser: operator, Dealer: accused, Data: raw},
	}})
	return voteext.EncodeExtension(v.honest)
}
