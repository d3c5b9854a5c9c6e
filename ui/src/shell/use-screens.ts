import { access } from '../api/access';
import { useStore } from '../lib/store';
import { SCREENS } from './screens';

/** The screens that are of use to whoever is signed in. */
export function useScreens(): typeof SCREENS {
  const who = useStore(access);
  const abilities = who.state === 'signed-out' ? [] : who.abilities;
  return SCREENS.filter(({ needs }) => needs === null || abilities.includes(needs));
}
