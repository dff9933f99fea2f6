import { Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { type Organisation, OrganisationKind } from "../../gen/volens/attestation/v1/attestation_pb";
import { Address } from "../../ui/Id";

/** An organisation in words: "A hospital in Norway". The chain knows no names, only kind and country. */
export function useWho(): (organisation: Organisation | undefined) => string {
  const { t, i18n } = useTranslation("shared");
  const names = new Intl.DisplayNames([i18n.language], { type: "region" });
  return (organisation) => {
    if (!organisation) return t("who.unknown");
    const what = t(`who.${OrganisationKind[organisation.kind] ?? "UNSPECIFIED"}`);
    return t("who.in", {
      what,
      country: /^[A-Z]{2}$/.test(organisation.country) ? names.of(organisation.country) : "?",
    });
  };
}

/** Who it is: kind, country and the address that tells it apart. */
export function Who({ address, organisation }: { address: string; organisation: Organisation | undefined }) {
  const who = useWho();
  return (
    <Stack gap={0}>
      <Text fw={600}>{who(organisation)}</Text>
      <Text component="span" c="dimmed">
        <Address value={address} />
      </Text>
    </Stack>
  );
}
