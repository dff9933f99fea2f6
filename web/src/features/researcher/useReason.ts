import { useTranslation } from "react-i18next";

/** A rule's reason in the words of a researcher. Codes of permissions and topics name their purpose or topic after a colon. */
export function useReason(): (code: string) => string {
  const { t } = useTranslation("researcher");
  return (code) => {
    const [rule = "", detail = ""] = code.split(":", 2);
    const name = rule === "PERMISSION" ? t(`purpose.${detail}`) : rule === "TOPIC" ? t(`topic.${detail}`) : "";
    return t([`reason.${rule}`, "reason.other"], { reason: code, detail: name });
  };
}
