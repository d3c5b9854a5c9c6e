import type { AuthAnswer } from '../../api/generated';
import { Section } from '../../components/section';
import { Field, Input, Select } from '../../components/ui/field';
import { SecretInput } from '../secret-input';
import { faultAt } from '../use-saving';
import type { SendingFormProps } from './sending-tab';

interface AuthFieldsProps extends SendingFormProps {
  /** What the service has; null without credentials. */
  readonly hasStored: AuthAnswer | null;
}

/** Credentials for the target. The service never shows a token or a password again. */
export function AuthFields({ form, faults, hasStored }: AuthFieldsProps) {
  const { authType, username, credential } = form.value;
  const isKept = hasStored?.type === authType;
  const isBasic = authType === 'basic';
  return (
    <Section title="Credentials">
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Authorization header" fault={faults['/auth'] ?? faults['/auth/type']}>
          {(control) => (
            <Select
              {...control}
              value={authType}
              onChange={({ target }) => form.change({ authType: target.value as typeof authType, credential: '' })}
            >
              <option value="none">None</option>
              <option value="bearer">Bearer token</option>
              <option value="basic">User name and password</option>
            </Select>
          )}
        </Field>
        {isBasic && (
          <Field label="User name" fault={faultAt(faults, '/auth/username')}>
            {(control) => (
              <Input {...control} value={username} onChange={({ target }) => form.change({ username: target.value })} />
            )}
          </Field>
        )}
        {authType !== 'none' && (
          <Field
            label={isBasic ? 'Password' : 'Token'}
            help={isKept ? 'Empty: it stays as it is' : undefined}
            fault={faultAt(faults, isBasic ? '/auth/password' : '/auth/token')}
          >
            {(control) => (
              <SecretInput
                {...control}
                required={!isKept}
                placeholder={isKept ? 'kept as it is, type to replace it' : ''}
                value={credential}
                onChange={(next) => form.change({ credential: next })}
              />
            )}
          </Field>
        )}
      </div>
    </Section>
  );
}
