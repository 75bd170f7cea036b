#if PLANTED
  import Reconciler
#endif

/// Turns one bug of the core on, or all of them off; a build without bugs has nothing to turn.
func setPlanted(_ name: String?) {
  #if PLANTED
    plantedBug = CoreBug.all.firstIndex { $0.name == name }.map { $0 + 1 } ?? 0
  #endif
}
