package gateway

import (
	"net/http"
	"strconv"

	"github.com/gorilla/mux"
)

// createUpload begins an upload (POST /v1/uploads, tus creation).
func (g *Gateway) createUpload(w http.ResponseWriter, r *http.Request, account string) error {
	return g.uploads.Create(w, r, account)
}

// resumeUpload tells how much has come (HEAD /v1/uploads/{id}).
func (g *Gateway) resumeUpload(w http.ResponseWriter, r *http.Request, account string) error {
	return g.uploads.Resume(w, r, account, mux.Vars(r)["upload"])
}

// appendUpload takes bytes (PATCH /v1/uploads/{id}); with the last one the object is
// placed, and parts that waited for it can be told to the chain.
func (g *Gateway) appendUpload(w http.ResponseWriter, r *http.Request, account string) error {
	err := g.uploads.Append(w, r, account, mux.Vars(r)["upload"])
	if err == nil {
		g.worker.Wake()
	}
	return err
}

// cancelUpload throws an upload away (DELETE /v1/uploads/{id}, tus termination).
func (g *Gateway) cancelUpload(w http.ResponseWriter, r *http.Request, account string) error {
	return g.uploads.Cancel(w, r, account, mux.Vars(r)["upload"])
}

// uploadOptions tells what of tus is served (OPTIONS /v1/uploads).
func (g *Gateway) uploadOptions(w http.ResponseWriter, _ *http.Request) error {
	h := w.Header()
	h.Set("Tus-Resumable", "1.0.0")
	h.Set("Tus-Version", "1.0.0")
	h.Set("Tus-Extension", "creation,creation-with-upload,termination")
	h.Set("Tus-Max-Size", strconv.FormatInt(g.config.Uploads.MaxBytes, 10))
	w.WriteHeader(http.StatusNoContent)
	return nil
}
