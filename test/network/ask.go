package network

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/devnet"
	"github.com/volens-network/volens/x/custody"
)

// RunFaults are the convictions that a network's first node has in its blocks.
func RunFaults(ctx context.Context, n *devnet.Network) ([]*custody.EventRunFault, error) {
	rpc, err := dial(n.RPC(0))
	if err != nil {
		return nil, err
	}
	height, err := n.Height(ctx, 0)
	if err != nil {
		return nil, err
	}
	var out []*custody.EventRunFault
	for h := int64(1); h <= height; h++ {
		results, err := rpc.BlockResults(ctx, &h)
		if err != nil {
			return nil, err
		}
		var b Block
		if err := b.readEvents(results.FinalizeBlockEvents); err != nil {
			return nil, err
		}
		out = append(out, b.Faults...)
	}
	return out, nil
}

// Operator is the operator address of the validator with a name, 20 bytes.
func Operator(ctx context.Context, n *devnet.Network, moniker string) ([]byte, error) {
	chain.SetPrefixes()
	var answer struct {
		Validators []struct {
			Operator    string `json:"operator_address"`
			Description struct {
				Moniker string `json:"moniker"`
			} `json:"description"`
		} `json:"validators"`
	}
	if err := rest(ctx, n.REST(0)+"/cosmos/staking/v1beta1/validators", &answer); err != nil {
		return nil, err
	}
	for _, v := range answer.Validators {
		if v.Description.Moniker == moniker {
			return sdk.ValAddressFromBech32(v.Operator)
		}
	}
	return nil, fmt.Errorf("no validator is named %s", moniker)
}

// rest asks a node's REST.
func rest(ctx context.Context, url string, into any) error {
	ctx, cancel := context.WithTimeout(ctx, patienceWithNode)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // only read
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, resp.Status)
	}
	return json.Unmarshal(raw, into)
}
