package duo

// The vocabularies below have the numbers of the enums in the proto files. Zero is
// "unspecified" and never valid, so that a forgotten field denies.

// Purpose is what a researcher wants data for.
type Purpose int32

// The values of Purpose.
const (
	PurposeNRESAny      Purpose = iota + 1 // anything
	PurposeGRUResearch                     // general research
	PurposeHMB                             // health, medical or biomedical research
	PurposeDS                              // research on stated diseases
	PurposePOA                             // population origins or ancestry
	PurposeMethods                         // development of methods
	PurposeClinicalCare                    // care of a patient
)

// Valid reports whether the value is in the vocabulary.
func (v Purpose) Valid() bool { return v >= PurposeNRESAny && v <= PurposeClinicalCare }

// ResearchType is a type of study, for RS.
type ResearchType int32

// The values of ResearchType.
const (
	ResearchPaediatric ResearchType = iota + 1
	ResearchSexSpecific
	ResearchAgeSpecific
	ResearchPopulation
	ResearchCaseControl
	ResearchDrugDevelopment
	ResearchAetiology
	ResearchEpidemiology
)

// Valid reports whether the value is in the vocabulary.
func (v ResearchType) Valid() bool { return v >= ResearchPaediatric && v <= ResearchEpidemiology }

// RecipientClass is the class of a person or body that receives data.
type RecipientClass int32

// The values of RecipientClass.
const (
	RecipientAcademic RecipientClass = iota + 1
	RecipientNonProfit
	RecipientCompany
	RecipientPublicBody
	RecipientClinician
	RecipientInsurer
	RecipientEmployer
	RecipientLawEnforcement
)

// Valid reports whether the value is in the vocabulary.
func (v RecipientClass) Valid() bool { return v >= RecipientAcademic && v <= RecipientLawEnforcement }

// DataClass is a class of data.
type DataClass int32

// The values of DataClass.
const (
	DataGermlineVariants DataClass = iota + 1
	DataReads
	DataImages
	DataLabs
	DataConditions
	DataMedications
	DataReports
	DataWearable
	DataSurvey
)

// Valid reports whether the value is in the vocabulary.
func (v DataClass) Valid() bool { return v >= DataGermlineVariants && v <= DataSurvey }

// OrganisationKind is the accredited kind of an organisation.
type OrganisationKind int32

// The values of OrganisationKind.
const (
	OrganisationHospital OrganisationKind = iota + 1
	OrganisationLab
	OrganisationUniversity
	OrganisationNonprofit
	OrganisationCompany
	OrganisationInsurer
	OrganisationEmployer
	OrganisationGovernment
	OrganisationLawEnforcement
)

// Valid reports whether the value is in the vocabulary.
func (v OrganisationKind) Valid() bool {
	return v >= OrganisationHospital && v <= OrganisationLawEnforcement
}

// SensitiveTopic is a topic that an ethics organisation looks at unless the policy allows it.
type SensitiveTopic int32

// The values of SensitiveTopic.
const (
	TopicControls SensitiveTopic = iota + 1
	TopicPopulation
	TopicGender
	TopicPaediatric
	TopicVulnerable
	TopicIllegalBehaviour
	TopicSexualDisease
	TopicPsychologicalTraits
	TopicNotHealth
	TopicStigmatising
)

// Valid reports whether the value is in the vocabulary.
func (v SensitiveTopic) Valid() bool { return v >= TopicControls && v <= TopicStigmatising }

// AIUse is how far machine learning goes, in rising order.
type AIUse int32

// The values of AIUse.
const (
	AINone  AIUse = iota + 1 // no machine learning
	AIInfer                  // a finished model reads the data
	AITrain                  // a model learns from the data
)

// Valid reports whether the value is in the vocabulary.
func (v AIUse) Valid() bool { return v >= AINone && v <= AITrain }

// Basis is the rule by which a dataset counts as de-identified.
type Basis int32

// The values of Basis.
const (
	BasisSafeHarbor          Basis = iota + 1 // 45 CFR 164.514(b)(2)
	BasisExpertDetermination                  // 45 CFR 164.514(b)(1)
	BasisGDPRPseudonymised                    // GDPR article 4(5)
)

// Valid reports whether the value is in the vocabulary.
func (v Basis) Valid() bool { return v >= BasisSafeHarbor && v <= BasisGDPRPseudonymised }

// UseMode is how the researcher meets the data.
type UseMode int32

// The values of UseMode.
const (
	ModeRelease UseMode = iota + 1 // the key is released
	ModeRead                       // the data is shown
	ModeCompute                    // only results leave
)

// Valid reports whether the value is in the vocabulary.
func (v UseMode) Valid() bool { return v >= ModeRelease && v <= ModeCompute }

// String returns the name that reasons use, such as CLINICAL_CARE.
func (v Purpose) String() string {
	if !v.Valid() {
		return "UNSPECIFIED"
	}
	return [...]string{"NRES_ANY", "GRU_RESEARCH", "HMB", "DS", "POA", "METHODS", "CLINICAL_CARE"}[v-1]
}

// String returns the name that reasons use, such as NOT_HEALTH.
func (v SensitiveTopic) String() string {
	if !v.Valid() {
		return "UNSPECIFIED"
	}
	return [...]string{
		"CONTROLS", "POPULATION", "GENDER", "PAEDIATRIC", "VULNERABLE",
		"ILLEGAL_BEHAVIOUR", "SEXUAL_DISEASE", "PSYCHOLOGICAL_TRAITS", "NOT_HEALTH", "STIGMATISING",
	}[v-1]
}

// Research reports whether the purpose is research at all.
func (v Purpose) Research() bool { return v >= PurposeGRUResearch && v <= PurposeMethods }

// genotype reports whether data of this class shows a genotype.
func (v DataClass) genotype() bool { return v == DataGermlineVariants || v == DataReads }

// excluded reports whether X-INSURE keeps an organisation of this kind out. Kinds
// that are not in the vocabulary are kept out too.
func (v OrganisationKind) excluded() bool {
	return !v.Valid() || v == OrganisationInsurer || v == OrganisationEmployer || v == OrganisationLawEnforcement
}

// notForProfit reports whether NPU takes the kind for not-for-profit. A LAB is
// not: most are companies, and those that are not belong to one of the others.
func (v OrganisationKind) notForProfit() bool {
	switch v {
	case OrganisationHospital, OrganisationUniversity, OrganisationNonprofit, OrganisationGovernment:
		return true
	default:
		return false
	}
}

// excluded reports whether X-INSURE keeps a recipient of this class out.
func (v RecipientClass) excluded() bool {
	return !v.Valid() || v == RecipientInsurer || v == RecipientEmployer || v == RecipientLawEnforcement
}

// notForProfit reports whether NPU takes the class for not-for-profit.
func (v RecipientClass) notForProfit() bool {
	switch v {
	case RecipientAcademic, RecipientNonProfit, RecipientPublicBody, RecipientClinician:
		return true
	default:
		return false
	}
}
