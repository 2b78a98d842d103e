"""Square matrices of any layout made regular, so that both libraries find an inverse."""


def regular(torch, a):
    """`a` with 5 added to its diagonal; what is no square matrix stays."""
    if a.dim() < 2 or a.shape[-1] != a.shape[-2] or not (a.is_floating_point() or a.is_complex()):
        return a
    return (a + 5 * torch.eye(a.shape[-1], dtype=a.dtype)).mT
