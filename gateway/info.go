package gateway

import (
	"net/http"

	"github.com/gorilla/mux"

	"github.com/volens-network/volens/gateway/blobstore"
	"github.com/volens-network/volens/gateway/drs"
)

// Info is what a gateway says of itself (GET /v1/info).
type Info struct {
	// Address is the gateway's account.
	Address string `json:"address"`
	// Recipient is its age1pq recipient, to be compared with the one on chain.
	Recipient string `json:"recipient"`
	ChainID   string `json:"chain_id"`
	// Origin is what logins are bound to.
	Origin  string `json:"origin"`
	Version string `json:"version"`
	Limits  Limits `json:"limits"`
}

// Limits of what one account may do.
type Limits struct {
	MaxObjectBytes int64 `json:"max_object_bytes"`
	QuotaBytes     int64 `json:"quota_bytes"`
	KeepSeconds    int64 `json:"keep_seconds"`
	LeafBytes      int64 `json:"leaf_bytes"`
}

// Health is whether a gateway can decide anything (GET /healthz).
type Health struct {
	OK     bool   `json:"ok"`
	Height int64  `json:"height"`
	LogTop uint64 `json:"log_size"`
	// Refused is how many receipts the chain refused for good since the start: the log
	// names them.
	Refused int `json:"receipts_refused"`
}

func (g *Gateway) info(w http.ResponseWriter, _ *http.Request) error {
	return drs.JSON(w, Info{
		Address: g.keys.Address, Recipient: g.keys.Identity.Recipient(), ChainID: g.config.ChainID,
		Origin: g.config.Origin(), Version: g.deps.Version,
		Limits: Limits{
			MaxObjectBytes: g.config.Uploads.MaxBytes,
			QuotaBytes:     g.config.Uploads.QuotaBytes,
			KeepSeconds:    int64(g.config.Uploads.Keep.Seconds()),
			LeafBytes:      blobstore.LeafSize,
		},
	})
}

func (g *Gateway) health(w http.ResponseWriter, r *http.Request) error {
	tip, err := g.rules.Fresh(r.Context())
	if err != nil {
		return drs.Problem(err)
	}
	return drs.JSON(
		w,
		Health{OK: true, Height: tip.Height, LogTop: g.log.Checkpoint().Size, Refused: g.worker.Refused()},
	)
}

// askMany passes one question or several on to the node (POST /chain).
func (g *Gateway) askMany(w http.ResponseWriter, r *http.Request) error {
	return g.proxy.Post(w, r, func(calls int) bool { return g.chain.AllowN(g.remote(r), g.deps.Now(), calls) })
}

// ask passes a question on to the node (GET /chain/{method}).
func (g *Gateway) ask(w http.ResponseWriter, r *http.Request) error {
	return g.proxy.Get(w, r, mux.Vars(r)["method"])
}
