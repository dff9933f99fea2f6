import { Alert, Select, Stack, TagsInput, TextInput } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { organisations, registration, visasOf } from "../../../client/organisations";
import { isAddress } from "../../../core/address";
import { OrganisationKind, Role } from "../../../gen/volens/attestation/v1/attestation_pb";
import { short } from "../../../ui/format";
import { Loaded } from "../../shared/Loaded";
import { useDesk } from "../../shared/session";
import { useChain } from "../../shared/useChain";
import { CountrySelect } from "./CountrySelect";
import type { StepProps } from "./step";

/** Who asks, who else will see the data, and where. */
export function PartiesStep({ draft, change }: StepProps) {
  const { t } = useTranslation("researcher");
  const { address } = useDesk();
  const query = useChain(["parties", address], async (node) => {
    const [visas, institutions] = await Promise.all([visasOf(node, address), organisations(node, Role.INSTITUTION)]);
    const own = await Promise.all(visas.map((visa) => registration(node, visa.organisation)));
    return { own: own.flatMap((found) => (found ? [found.organisation] : [])), institutions };
  });
  const label = (organisation: { address: string; kind: OrganisationKind; country: string }) => ({
    value: organisation.address,
    label: `${t(`organisationKind.${OrganisationKind[organisation.kind]}`)}, ${organisation.country}: ${short(organisation.address, 10)}`,
  });
  return (
    <Stack>
      <Loaded query={query}>
        {({ own, institutions }) => (
          <>
            {own.length === 0 && (
              <Alert color="yellow" icon={<IconInfoCircle aria-hidden />} title={t("visa.none.title")}>
                {t("visa.none.text")}
              </Alert>
            )}
            <Select
              label={t("parties.organisation")}
              description={t("parties.organisationHint")}
              placeholder={t("parties.choose")}
              data={own.map(label)}
              value={draft.organisation || null}
              onChange={(organisation) => {
                const country = own.find(({ address: one }) => one === organisation)?.country;
                change({
                  organisation: organisation ?? "",
                  ...(country && !draft.siteCountry && { siteCountry: country }),
                  ...(country && !draft.computeCountry && { computeCountry: country }),
                });
              }}
              size="md"
              required
            />
            <Select
              label={t("parties.owner")}
              description={t("parties.ownerHint")}
              placeholder={t("parties.nobody")}
              data={institutions.filter((one) => one.address !== draft.organisation).map(label)}
              value={draft.beneficialOwner || null}
              onChange={(owner) => change({ beneficialOwner: owner ?? "" })}
              size="md"
              clearable
            />
          </>
        )}
      </Loaded>
      <TagsInput
        label={t("parties.recipients")}
        description={t("parties.recipientsHint")}
        value={draft.recipients}
        onChange={(recipients) => change({ recipients: recipients.filter(isAddress) })}
        size="md"
        maxTags={20}
      />
      <TextInput
        label={t("parties.collaborator")}
        description={t("parties.collaboratorHint")}
        value={draft.collaborator}
        onChange={(event) => change({ collaborator: event.currentTarget.value.trim() })}
        error={draft.collaborator !== "" && !isAddress(draft.collaborator) && t("parties.notAddress")}
      />
      <CountrySelect
        label={t("parties.site")}
        value={draft.siteCountry}
        onChange={(siteCountry) => change({ siteCountry })}
      />
      <CountrySelect
        label={t("parties.compute")}
        value={draft.computeCountry}
        onChange={(computeCountry) => change({ computeCountry })}
      />
    </Stack>
  );
}
