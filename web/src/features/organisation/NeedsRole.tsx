import { Alert } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { speaks } from "../../client/organisations";
import { Role } from "../../gen/volens/attestation/v1/attestation_pb";
import { Loaded } from "../shared/Loaded";
import { useRegistration } from "./useRegistration";

/** Shows something to an organisation that may speak in one of the roles, and says why to the others. */
export function NeedsRole({ roles, children }: { roles: readonly Role[]; children: ReactNode }) {
  const { t } = useTranslation("organisation");
  const query = useRegistration();
  return (
    <Loaded query={query}>
      {(own) =>
        roles.some((role) => speaks(own?.organisation, role)) ? (
          children
        ) : (
          <Alert icon={<IconInfoCircle aria-hidden />} title={t("needs.title")}>
            {t("needs.text", { roles: roles.map((role) => t(`role.${Role[role]}`)).join(", ") })}
          </Alert>
        )
      }
    </Loaded>
  );
}
