package drs

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/volens-network/volens/core/drs"
	"github.com/volens-network/volens/gateway/problem"
)

// Version is the version of the Data Repository Service that is served.
const Version = "1.4.0"

// ServiceInfo describes the gateway to GA4GH clients (service-info 1.0).
type ServiceInfo struct {
	ID           string       `json:"id"`
	Name         string       `json:"name"`
	Type         ServiceType  `json:"type"`
	Description  string       `json:"description"`
	Organization Organization `json:"organization"`
	Version      string       `json:"version"`
}

// ServiceType names the kind of a service.
type ServiceType struct {
	Group    string `json:"group"`
	Artifact string `json:"artifact"`
	Version  string `json:"version"`
}

// Organization runs a service.
type Organization struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

// Info describes a gateway of this address and program version.
func (s *Service) Info(address, version string) ServiceInfo {
	return ServiceInfo{
		ID:           "network.volens.gateway." + address,
		Name:         "Volens storage gateway",
		Type:         ServiceType{Group: "org.ga4gh", Artifact: "drs", Version: Version},
		Description:  "Sealed health data sets; what may be read, and by whom, is decided on the Volens chain.",
		Organization: Organization{Name: address, URL: s.BaseURL},
		Version:      version,
	}
}

// Object describes an object (GET /objects/{object_id}).
func (s *Service) Object(w http.ResponseWriter, r *http.Request, account, id string) error {
	stored, _, err := s.find(r.Context(), account, id)
	if err != nil {
		return err
	}
	o := drs.Object{
		ID:          id,
		SelfURI:     drs.URI{Host: s.Host, ID: id}.String(),
		Size:        uint64(stored.Size), //nolint:gosec // sizes are positive
		CreatedTime: stored.Created.UTC().Truncate(time.Second),
		Checksums:   []drs.Checksum{stored.SHA256.Checksum()},
		AccessMethods: []drs.AccessMethod{
			{Type: drs.HTTPS, AccessID: AccessID, AccessURL: &drs.AccessURL{URL: s.url(id)}},
		},
	}
	if err := o.Validate(); err != nil {
		return fmt.Errorf("describe object: %w", err)
	}
	return JSON(w, o)
}

// Access tells the URL of an object's bytes (GET /objects/{object_id}/access/{access_id}).
// The URL takes the same bearer token as this call.
func (s *Service) Access(w http.ResponseWriter, r *http.Request, account, id, accessID string) error {
	if accessID != AccessID {
		return problem.NotFound(nil)
	}
	if _, _, err := s.find(r.Context(), account, id); err != nil {
		return err
	}
	return JSON(w, drs.AccessURL{URL: s.url(id)})
}

func (s *Service) url(id string) string { return s.BaseURL + "/v1/objects/" + id }

// JSON answers with a value.
func JSON(w http.ResponseWriter, value any) error {
	raw, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	if _, err := w.Write(append(raw, '\n')); err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	return nil
}
