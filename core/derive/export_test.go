package derive

// EncodeAgeSecret lets the tests compare the encoding with age's own.
var EncodeAgeSecret = encodeAgeSecret
