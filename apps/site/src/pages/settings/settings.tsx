import type { User } from '@scale-up/contract';
import { limits } from 'virtual:contract';
import { call } from '../../api/call.ts';
import { profileHref } from '../../components/article-links.ts';
import { MembersOnly } from '../../components/members-only.tsx';
import { Field } from '../../forms/field.tsx';
import { Form } from '../../forms/form.tsx';
import type { Values } from '../../forms/use-form.ts';
import { useTitle } from '../../router/arrival.ts';
import { navigate } from '../../router/location.ts';
import { notify } from '../../state/notices.ts';
import { logOut, session, startSession } from '../../state/session.ts';

/** An empty password field keeps the password. */
const changeOf = ({ image = '', username = '', bio = '', email = '', password = '' }: Values) => ({
  image,
  username,
  bio,
  email,
  ...(password === '' ? {} : { password }),
});

const save = async (values: Values, key: string): Promise<void> => {
  const { user } = await call('changeUser', { body: { user: changeOf(values) } }, { key });
  startSession(user);
  notify('Your settings are saved.');
  navigate(profileHref(user.username));
};

const leave = (): void => {
  navigate('/', { replace: true });
  logOut();
  notify('You are logged out.');
};

const SettingsForm = ({ user }: { user: User }) => (
  <Form label="Save settings" busyLabel="Saving …" submit={save}>
    <Field
      name="image"
      label="Picture"
      inputMode="url"
      value={user.image ?? ''}
      maxLength={limits.url}
      hint="An address on this site, such as /pictures/people-ines.svg. Pictures from elsewhere are not loaded."
    />
    <Field
      name="username"
      label="Username"
      autoComplete="username"
      value={user.username}
      maxLength={limits.username}
      required
    />
    <Field name="bio" label="About you" rows={5} value={user.bio ?? ''} maxLength={limits.bio} />
    <Field
      name="email"
      label="E-mail"
      type="email"
      autoComplete="email"
      value={user.email}
      maxLength={limits.email}
      required
    />
    <Field
      name="password"
      label="New password"
      type="password"
      autoComplete="new-password"
      maxLength={limits.password.max}
      hint={`Leave it empty to keep the one you have. At least ${limits.password.min} characters; it ends your sessions elsewhere.`}
    />
  </Form>
);

export const SettingsPage = () => {
  useTitle('Settings');
  const user = session.value;
  return (
    <MembersOnly>
      <div class="frame narrow">
        <h1>Settings</h1>
        {user !== undefined && <SettingsForm key={user.username} user={user} />}
        <section class="panel log-out">
          <p>You are logged in as {user?.username}.</p>
          <button type="button" class="button" onClick={leave}>
            Log out
          </button>
        </section>
      </div>
    </MembersOnly>
  );
};
