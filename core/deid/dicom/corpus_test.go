package dicom_test

import "path/filepath"

var corpus = filepath.Join("..", "..", "..", "..", "shared", "corpus")
