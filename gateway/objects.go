package gateway

import (
	"net/http"

	"github.com/gorilla/mux"

	"github.com/volens-network/volens/gateway/drs"
)

// download sends a sealed file or a range of it (GET and HEAD /v1/objects/{id}).
func (g *Gateway) download(w http.ResponseWriter, r *http.Request, account string) error {
	return g.drs.Download(w, r, account, mux.Vars(r)["object"])
}

// leaves sends the hashes of a sealed file's leaves (GET /v1/objects/{id}/leaves).
func (g *Gateway) leaves(w http.ResponseWriter, r *http.Request, account string) error {
	return g.drs.LeafHashes(w, r, account, mux.Vars(r)["object"])
}

// object describes a sealed file (GET /ga4gh/drs/v1/objects/{id}).
func (g *Gateway) object(w http.ResponseWriter, r *http.Request, account string) error {
	return g.drs.Object(w, r, account, mux.Vars(r)["object"])
}

// objectAccess tells where the bytes are (GET /ga4gh/drs/v1/objects/{id}/access/{access_id}).
func (g *Gateway) objectAccess(w http.ResponseWriter, r *http.Request, account string) error {
	vars := mux.Vars(r)
	return g.drs.Access(w, r, account, vars["object"], vars["access"])
}

// serviceInfo describes the gateway to GA4GH clients (GET /ga4gh/drs/v1/service-info).
func (g *Gateway) serviceInfo(w http.ResponseWriter, _ *http.Request) error {
	return drs.JSON(w, g.drs.Info(g.keys.Address, g.deps.Version))
}
