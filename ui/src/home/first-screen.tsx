import { Navigate } from '@tanstack/react-router';
import { useScreens } from '../shell/use-screens';
import HomeScreen from './home-screen';

/** What is at the root: home, or the first screen that is of use to a key that may not read. */
export default function FirstScreen() {
  const [first] = useScreens();
  if (first === undefined || first.to === '/') return <HomeScreen />;
  return <Navigate to={first.to} replace />;
}
