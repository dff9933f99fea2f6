package app

import (
	"github.com/spf13/cast"

	servertypes "github.com/cosmos/cosmos-sdk/server/types"

	"github.com/volens-network/volens/app/metrics"
	"github.com/volens-network/volens/app/voteext"
	custodykeeper "github.com/volens-network/volens/x/custody/keeper"
)

// prometheusOption is CometBFT's setting under which it serves figures.
const prometheusOption = "instrumentation.prometheus"

// newFigures makes the observer of a node that serves figures, nil for another. Of
// several nodes in one process only the first has one: they share a registry.
func newFigures(app *App, self *voteext.Self, appOpts servertypes.AppOptions) *metrics.Observer {
	if !cast.ToBool(appOpts.Get(prometheusOption)) {
		return nil
	}
	figures, err := metrics.New(metrics.State{
		Queries: custodykeeper.NewQueryServer(app.Volens.Custody), Batches: app.Volens.Custody,
		Validators: app.Cosmos.Staking,
	}, self, app.Logger(), metrics.Meters{})
	if err != nil {
		app.Logger().Error("this node shows no figures of the committee", "reason", err.Error())
		return nil
	}
	return figures
}
