package dicom

import (
	"strconv"
	"strings"

	"github.com/volens-network/volens/core/facet"
)

// tags that show a facet.
const (
	tagModality  tag = 0x00080060
	tagSex       tag = 0x00100040
	tagAge       tag = 0x00101010
	tagAgent     tag = 0x00180010
	tagBodyPart  tag = 0x00180015
	tagThickness tag = 0x00180050
)

// facets are the coded values that the outermost data set shows, as it is written. What is on
// no grid of the codebook shows nothing; neither does the make of a device, by which a small
// hospital could be told.
func (s *scrubber) facets() []facet.Facet {
	var list []facet.Facet
	add := func(code facet.Code, value string) {
		one := facet.Facet{Code: code, Value: value}
		if _, err := one.Generalise(); err == nil {
			list = append(list, one)
		}
	}
	for _, n := range s.nodes {
		if n.depth > 0 || n.part != partValue {
			continue
		}
		text := string(trim(n.value))
		switch n.tag {
		case tagModality:
			add(facet.Modality, text)
		case tagBodyPart:
			for _, part := range bodyParts[bodyPartName.Replace(strings.ToUpper(text))] {
				add(facet.BodyPart, part)
			}
		case tagThickness:
			if mm, err := strconv.ParseFloat(text, 64); err == nil {
				bucket, _ := facet.SliceThicknessOf(mm)
				add(facet.SliceThickness, bucket)
			}
		case tagAgent:
			if text != "" {
				add(facet.Contrast, "yes")
			}
		case tagSex:
			add(facet.Sex, sexes[text])
		case tagAge:
			add(facet.AgeBand, ageBand(text))
		default:
		}
	}
	return list
}

// images is how many pictures the instance has.
func (s *scrubber) images() int64 {
	if s.pixels == nil {
		return 0
	}
	return int64(s.picture.frames)
}

// sexes are the values of Patient's Sex (PS3.3, C.7.1.1).
var sexes = map[string]string{"F": "female", "M": "male", "O": "other"}

// ageBand is the band of an age string (PS3.5, table 6.2-1).
func ageBand(text string) string {
	unit := ageUnits[text[max(len(text)-1, 0):]]
	n, err := strconv.Atoi(strings.TrimRight(text, "YMWD"))
	if err != nil || unit == 0 {
		return ""
	}
	band, _ := facet.AgeBandOf(n / unit)
	return band
}

// ageUnits are how many of a unit make a year.
var ageUnits = map[string]int{"Y": 1, "M": 12, "W": 52, "D": 365}

// bodyPartName writes the names of body parts as the standard does, without separators.
var bodyPartName = strings.NewReplacer(" ", "", "_", "", "-", "")

// bodyParts are the regions of the codebook that the terms of Body Part Examined lie in
// (PS3.16, annex L), and those of common compounds.
var bodyParts = partsOf(map[string]string{
	"HEAD": "HEAD BRAIN SKULL FACE ORBIT EYE EYELID EAR IAC NOSE SINUS PARANASALSINUS JAW MAXILLA MANDIBLE TMJ ZYGOMA " +
		"MOUTH TONGUE CEREBRUM CEREBELLUM POSTERIORFOSSA SELLATURCICA PAROTID HEADNECK CIRCLEOFWILLIS",
	"NECK": "NECK CAROTID THYROID PARATHYROID LARYNX PHARYNX NASOPHARYNX OROPHARYNX HEADNECK JUGULARV " +
		"NECKCHEST NECKCHESTABDOMEN NECKCHESTABDPELV",
	"CHEST": "CHEST THORAX LUNG RIB STERNUM CLAVICLE MEDIASTINUM BRONCHUS TRACHEA ESOPHAGUS DIAPHRAGM TAORTA AORTA " +
		"CHESTABDOMEN CHESTABDPELVIS NECKCHEST NECKCHESTABDOMEN NECKCHESTABDPELV",
	"HEART":  "HEART CORONARYARTERY CARDIAC",
	"BREAST": "BREAST AXILLA",
	"ABDOMEN": "ABDOMEN LIVER KIDNEY PANCREAS SPLEEN STOMACH COLON BOWEL SMALLBOWEL LARGEINTESTINE DUODENUM JEJUNUM ILEUM " +
		"GALLBLADDER BILEDUCT ADRENAL AAORTA RETROPERITONEUM APPENDIX URETER CHESTABDOMEN CHESTABDPELVIS ABDOMENPELVIS " +
		"NECKCHESTABDOMEN NECKCHESTABDPELV",
	"PELVIS": "PELVIS BLADDER PROSTATE UTERUS OVARY RECTUM ANUS VAGINA TESTIS SCROTUM PENIS URETHRA SACRUM COCCYX ILIUM " +
		"ISCHIUM CHESTABDPELVIS ABDOMENPELVIS NECKCHESTABDPELV",
	"SPINE": "SPINE CSPINE TSPINE LSPINE SSPINE CTSPINE TLSPINE LSSPINE CERVICALSPINE THORACICSPINE LUMBARSPINE SPINALCORD",
	"LIMB": "LIMB EXTREMITY UPRLIMB LOWLIMB ARM HAND FINGER THUMB WRIST CARPUS FOREARM ELBOW HUMERUS RADIUS ULNA SHOULDER " +
		"SCAPULA ACJOINT LEG HIP THIGH FEMUR KNEE PATELLA TIBIA FIBULA CALF ANKLE FOOT TOE CALCANEUS",
	"WHOLEBODY": "WHOLEBODY",
})

func partsOf(regions map[string]string) map[string][]string {
	out := map[string][]string{}
	for region, terms := range regions {
		for term := range strings.FieldsSeq(terms) {
			out[term] = append(out[term], region)
		}
	}
	return out
}
