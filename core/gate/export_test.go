package gate

// Mul and Inverse let the tests check the field against FIPS 197.
var (
	Mul     = mul
	Inverse = inverse
)
