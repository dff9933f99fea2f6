import { FileInput, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { sha256File } from "../../client/files";
import { Digest } from "../../ui/Id";
import { Problem } from "../../ui/Problem";
import { useAction } from "./useAction";

/** A file of which only the digest is used, in hexadecimal digits; the file stays on this device. */
export function EvidenceInput(props: {
  readonly label: string;
  readonly digest: string;
  readonly onDigest: (digest: string) => void;
}) {
  const { t } = useTranslation("shared");
  const read = useAction(sha256File, props.onDigest);
  return (
    <Stack gap="xs">
      <FileInput
        label={props.label}
        description={t("evidence.hint")}
        placeholder={t("evidence.choose")}
        onChange={(file) => file && read.run(file)}
        size="md"
        required
      />
      {props.digest !== "" && <Digest value={props.digest} />}
      {read.fault && <Problem fault={read.fault} />}
    </Stack>
  );
}
