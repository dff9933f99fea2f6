// Package dicom de-identifies DICOM files (PS3.10).
package dicom
