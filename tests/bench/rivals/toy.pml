/*
 * A small stand-in to hold Spin's speed against: 3 keys and 5 resources, 907,578 states and 7,779,240 steps.
 *
 * A key is enabled (0), disabled (1) or deleted (2).  A resource has no key of its own (0), or key k, cold (2k + 1) or
 * warm (2k + 2).  There is one identity, on (0) or off (1).  Every step changes something.
 */
#define KEY(k, was, now)    :: d_step { k == was -> k = now }
#define BIND(r, k, number)  :: d_step { r == 0 && k == 0 -> r = 2 * number + 1 }
#define REACHED(r)          (off == 0 && (r <= 2 && k0 == 0 || (r == 3 || r == 4) && k1 == 0 || r >= 5 && k2 == 0))
#define UNBIND(r)           :: d_step { r != 0 && REACHED(r) -> r = 0 }
#define WARM(r)             :: d_step { (r & 1) && REACHED(r) -> r = r + 1 }
#define COOL(r)             :: d_step { r != 0 && (r & 1) == 0 && !REACHED(r) -> r = r - 1 }
#define LIFE(k)             KEY(k, 0, 1) KEY(k, 1, 0) KEY(k, 1, 2) KEY(k, 2, 1)
#define USE(r)              BIND(r, k0, 0) BIND(r, k1, 1) BIND(r, k2, 2) UNBIND(r) WARM(r) COOL(r)

unsigned k0 : 2;
unsigned k1 : 2;
unsigned k2 : 2;
unsigned r0 : 3;
unsigned r1 : 3;
unsigned r2 : 3;
unsigned r3 : 3;
unsigned r4 : 3;
unsigned off : 1;

active proctype world() {
end: do
  LIFE(k0) LIFE(k1) LIFE(k2)
  USE(r0) USE(r1) USE(r2) USE(r3) USE(r4)
  :: d_step { off = 1 - off }
  od
}
