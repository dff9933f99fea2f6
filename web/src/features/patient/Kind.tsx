import { IconDna, IconFileText, IconHeartRateMonitor, IconPhotoHeart } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Kind as KindOfData } from "../../gen/volens/dataset/v1/dataset_pb";

/** The plain name of a kind of data. */
export function useKindName(): (kind: KindOfData) => string {
  const { t } = useTranslation("patient");
  return (kind) => t(`kind.${KindOfData[kind] ?? "UNSPECIFIED"}`);
}

/** The sign of a kind of data; the name stands beside it. */
export function KindIcon({ kind, size = 28 }: { kind: KindOfData; size?: number }) {
  const Shape = iconOf(kind);
  return <Shape size={size} stroke={1.5} aria-hidden />;
}

function iconOf(kind: KindOfData) {
  switch (kind) {
    case KindOfData.DICOM_STUDY:
      return IconPhotoHeart;
    case KindOfData.FHIR_BUNDLE:
      return IconHeartRateMonitor;
    case KindOfData.TABULAR:
      return IconFileText;
    default:
      return IconDna;
  }
}
