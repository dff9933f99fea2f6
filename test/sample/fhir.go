package sample

import "encoding/json"

// FHIRSecrets lists what must not survive of the FHIR sample.
func FHIRSecrets() []string {
	return []string{
		"Fictiva", "Jane", DICOMID, "00471108", "1962-03-17", "2024-02-29", DICOMInstitution, "Fjordgata", "555-0142",
		"jane.fictiva@example.org", "pat-7740012",
	}
}

// FHIR writes a Bundle of FHIR R4 on the person of the DICOM samples: a patient, a
// condition and an observation, with names, dates and contacts that must go.
func FHIR() []byte {
	type object = map[string]any
	type list = []any
	code := func(system, code, display string) object {
		return object{"coding": list{object{"system": system, "code": code, "display": display}}, "text": display}
	}
	subject := object{"reference": "Patient/pat-7740012", "display": "Jane Fictiva"}
	bundle := object{"resourceType": "Bundle", "type": "collection", "entry": list{
		object{"fullUrl": "https://fhir.example.org/Patient/pat-7740012", "resource": object{
			"resourceType": "Patient", "id": "pat-7740012", "gender": "female", "birthDate": "1962-03-17",
			"text":       object{"status": "generated", "div": "<div>Jane Q. Fictiva, " + DICOMInstitution + "</div>"},
			"identifier": list{object{"system": "urn:oid:1.2.3", "value": DICOMID}},
			"name":       list{object{"family": "Fictiva", "given": list{"Jane", "Q"}}},
			"telecom": list{
				object{"system": "phone", "value": "+47 555-0142"},
				object{"system": "email", "value": "jane.fictiva@example.org"},
			},
			"address": list{object{"line": list{"Fjordgata 12"}, "city": "Fjordgata", "country": "NO"}},
		}},
		object{"resource": object{
			"resourceType": "Condition", "id": "c-1", "subject": subject, "recordedDate": "2024-02-29",
			"code": code("http://hl7.org/fhir/sid/icd-10", "I21.0", "Infarct of Jane Fictiva"),
		}},
		object{"resource": object{
			"resourceType": "Observation", "id": "o-1", "status": "final", "subject": subject,
			"code":              code("http://loinc.org", "718-7", "Hemoglobin"),
			"effectiveDateTime": "2024-02-29T10:15:00Z",
			"valueQuantity": object{
				"value": 13.2, "unit": "g/dL", "system": "http://unitsofmeasure.org", "code": "g/dL",
			},
			"note": list{object{"text": "seen at " + DICOMInstitution + " on 2024-02-29"}},
		}},
	}}
	out, err := json.Marshal(bundle)
	if err != nil {
		return nil // maps of strings and numbers have a form in JSON
	}
	return out
}
