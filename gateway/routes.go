package gateway

import (
	"net/http"
	"strings"

	"github.com/gorilla/mux"

	"github.com/volens-network/volens/gateway/drs"
	"github.com/volens-network/volens/gateway/problem"
	"github.com/volens-network/volens/gateway/proxy"
	"github.com/volens-network/volens/gateway/upload"
)

const (
	uploadsPath = "/v1/uploads"
	objectsPath = "/v1/objects/{object:" + drs.IDPattern + "}"
	drsPath     = "/ga4gh/drs/v1"

	idPattern   = "[0-9a-f]{32}"
	seatPattern = "0|[1-9][0-9]{0,8}"
)

// Handler serves the gateway's API, the proxy to the chain, and the web application.
//
// Ids in paths are matched as they stand in the request, before anything is decoded, and
// have no characters but digits and letters: there is no path to trick with.
func (g *Gateway) Handler() http.Handler {
	r := mux.NewRouter().SkipClean(true).UseEncodedPath()
	r.NotFoundHandler = problem.Handler(func(http.ResponseWriter, *http.Request) error { return problem.NotFound(nil) })
	r.MethodNotAllowedHandler = problem.Handler(notAllowed)

	open := func(h problem.Handler) http.Handler { return g.limited(g.calls, h) }
	login := func(h problem.Handler) http.Handler { return g.limited(g.logins, h) }
	known := func(h accountHandler) http.Handler { return g.limited(g.calls, g.authenticated(h)) }

	r.Handle("/healthz", open(g.health)).Methods(http.MethodGet, http.MethodHead)
	r.Handle("/v1/info", open(g.info)).Methods(http.MethodGet)
	r.Handle("/v1/challenge", login(g.challenge)).Methods(http.MethodPost)
	r.Handle("/v1/login", login(g.login)).Methods(http.MethodPost)

	r.Handle(uploadsPath, known(g.createUpload)).Methods(http.MethodPost)
	r.Handle(uploadsPath, open(g.uploadOptions)).Methods(http.MethodOptions)
	one := uploadsPath + "/{upload:" + upload.IDPattern + "}"
	r.Handle(one, known(g.resumeUpload)).Methods(http.MethodHead)
	r.Handle(one, known(g.appendUpload)).Methods(http.MethodPatch)
	r.Handle(one, known(g.cancelUpload)).Methods(http.MethodDelete)

	r.Handle("/v1/datasets/{dataset:"+idPattern+"}/half", known(g.putHalf)).Methods(http.MethodPut)
	r.Handle("/v1/requests/{request:"+idPattern+"}/seats/{seat:"+seatPattern+"}/half", known(g.getHalf)).
		Methods(http.MethodPost)
	r.Handle("/v1/requests/{request:"+idPattern+"}/papers", known(g.putPapers)).Methods(http.MethodPut)
	r.Handle("/v1/requests/{request:"+idPattern+"}/papers", open(g.getPapers)).
		Methods(http.MethodGet, http.MethodHead)
	r.Handle("/v1/sponsorship", g.limited(g.grants, g.authenticated(g.grantAllowance))).Methods(http.MethodPost)
	r.Handle(objectsPath, known(g.download)).Methods(http.MethodGet, http.MethodHead)
	r.Handle(objectsPath+"/leaves", known(g.leaves)).Methods(http.MethodGet)

	r.Handle(drsPath+"/service-info", open(g.serviceInfo)).Methods(http.MethodGet)
	r.Handle(drsPath+"/objects/{object:"+drs.IDPattern+"}", known(g.object)).Methods(http.MethodGet)
	r.Handle(drsPath+"/objects/{object:"+drs.IDPattern+"}/access/{access:[a-z]{1,16}}", known(g.objectAccess)).
		Methods(http.MethodGet)

	chain := func(h problem.Handler) http.Handler { return g.limited(g.chain, h) }
	r.Handle("/chain", chain(g.askMany)).Methods(http.MethodPost)
	r.Handle("/chain/", chain(g.askMany)).Methods(http.MethodPost)
	r.Handle("/chain/{method:"+strings.Join(proxy.Methods, "|")+"}", chain(g.ask)).Methods(http.MethodGet)

	r.MatcherFunc(isPage).Handler(open(g.site)).Methods(http.MethodGet, http.MethodHead)
	return g.around(r)
}

// isPage reports whether a path may be the web application's.
func isPage(r *http.Request, _ *mux.RouteMatch) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/")
	switch first {
	case "v1", "ga4gh", "chain", "healthz":
		return false
	default:
		return true
	}
}

func notAllowed(_ http.ResponseWriter, r *http.Request) error {
	return problem.New(http.StatusMethodNotAllowed, problem.Method, "no "+methodName(r.Method)+" here")
}

// methodName keeps what a stranger wrote out of the answer.
func methodName(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		http.MethodOptions:
		return method
	default:
		return "such method"
	}
}
